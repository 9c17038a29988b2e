/** Rows for each sentence of the design's page on the gate. Read by `rowsOf`; ⏎ is a newline, ␀ a NUL. */
export const TABLE = String.raw`
# the input is read first
‖ Bash {} ⇒ deny input
‖ Bash {"command":7} ⇒ deny input
‖ Read {} ⇒ deny input
+Bash ‖ Bash {"command":null} ⇒ deny input
bypassPermissions ‖ Write {"path":"a"} ⇒ deny input
‖ Skill {} ⇒ deny input
‖ Grep {"path":5} ⇒ deny input
# hard limits come before every rule
bypassPermissions ; +Read ‖ Read /proc/self/environ ⇒ deny path
+Read ‖ Read /dev/fd/3 ⇒ deny path
+Read ‖ Read /dev/null ⇒ allow rule
+Edit ‖ Edit /sys/kernel/x ⇒ deny path
+Read ‖ Read a␀b ⇒ deny path
+Read ‖ Read ~root/x ⇒ deny path
+Read ‖ Read {"file_path":""} ⇒ deny path
+WebFetch ‖ WebFetch ftp://h/x ⇒ deny input
+WebFetch ‖ WebFetch http://a:b@h/ ⇒ deny input
+WebFetch ‖ WebFetch http://evil␀.ok.com/ ⇒ deny input
+WebFetch ‖ WebFetch nonsense ⇒ deny input
mcp__s__t:blocked ; +mcp__s__t ; bypassPermissions ‖ mcp__s__t ⇒ deny policy
# a hook's deny stands before the rules, its ask before the mode
hook:deny ; +Bash ‖ $ ls ⇒ deny hook
hook:ask ; bypassPermissions ‖ $ ls ⇒ ask hook
hook:ask ; dontAsk ‖ $ ls ⇒ deny hook
hook:ask ; -Bash(ls *) ‖ $ ls ⇒ deny rule
# a hook's allow never overrides deny rules, ask rules, critical removals, protected paths
hook:allow ‖ $ make ⇒ allow hook
hook:allow ‖ Write /etc/x ⇒ allow hook
hook:allow ; -Bash(make) ‖ $ make ⇒ deny rule
hook:allow ; ?Bash(make) ‖ $ make ⇒ ask rule
hook:allow ‖ $ rm -rf / ⇒ ask critical
hook:allow ‖ Write .git/config ⇒ ask protected
hook:allow ; mcp__s__t:asks ‖ mcp__s__t ⇒ ask policy
hook:allow ; dontAsk ‖ $ make ⇒ allow hook
hook:allow ; plan ‖ Write a ⇒ deny mode
hook:allow ‖ $ case x in y) make;; esac ⇒ allow hook
hook:allow ; -Bash(x) ‖ $ case x in y) make;; esac ⇒ ask unparsed
# deny before ask before allow; specificity never matters
+Bash(make all) ; ?Bash(make *) ; -Bash ‖ $ make all ⇒ deny rule
+Bash(make all) ; ?Bash(make *) ‖ $ make all ⇒ ask rule
-Bash(make *) ; +Bash(make all) ‖ $ make all ⇒ deny rule
+Bash(make *) ‖ $ make all ⇒ allow rule
‖ $ make all ⇒ ask mode
# what always asks a person asks in every mode, and nobody is asked in dontAsk
mcp__s__t:asks ; bypassPermissions ‖ mcp__s__t ⇒ ask policy
mcp__s__t:asks ; +mcp__s__t ‖ mcp__s__t ⇒ ask policy
mcp__s__t:asks ; dontAsk ‖ mcp__s__t ⇒ deny policy
# Tool and Tool(*) are the whole tool
+Bash ‖ $ anything at all ⇒ allow rule
+Bash(*) ‖ $ anything at all ⇒ allow rule
-Read ‖ Read a ⇒ deny rule
-Read(*) ‖ Read a ⇒ deny rule
+WebFetch ‖ WebFetch http://h/ ⇒ allow rule
?WebFetch ‖ WebFetch http://h/ ⇒ ask rule
+Task(helper) ‖ Agent helper ⇒ allow rule
# Bash(npm run build) is exact
+Bash(npm run build) ‖ $ npm run build ⇒ allow rule
+Bash(npm run build) ‖ $ npm run build --watch ⇒ ask mode
+Bash(npm run build) ‖ $ npm run buildx ⇒ ask mode
+Bash(npm run build) ‖ $   npm   run  build ⇒ allow rule
# a trailing space and star, or :*, needs a word boundary
+Bash(mk *) ‖ $ mk -l ⇒ allow rule
+Bash(mk *) ‖ $ mk ⇒ allow rule
+Bash(mk *) ‖ $ mkx ⇒ ask mode
+Bash(mk*) ‖ $ mkx ⇒ allow rule
+Bash(mk*) ‖ $ mk x ⇒ allow rule
+Bash(npm run:*) ‖ $ npm run build ⇒ allow rule
+Bash(npm run:*) ‖ $ npm run ⇒ allow rule
+Bash(npm run:*) ‖ $ npm runx ⇒ ask mode
-Bash(mk *) ‖ $ mk ⇒ deny rule
-Bash(mk *) ‖ $ mkx ⇒ ask mode
# a star anywhere spans spaces
+Bash(mk * --all) ‖ $ mk a b c --all ⇒ allow rule
+Bash(mk * --all) ‖ $ mk a b c ⇒ ask mode
-Bash(* --force*) ‖ $ mk a --force-it ⇒ deny rule
+Bash(*) ‖ $ mk "a b" ⇒ allow rule
+Bash(mk:*x) ‖ $ mk:ax ⇒ allow rule
# //abs, ~/home, /p from the settings source, p and ./p from the cwd
+Read(//etc/hosts) ‖ Read /etc/hosts ⇒ allow rule
+Read(//etc/*.conf) ‖ Read /etc/a.conf ⇒ allow rule
+Read(//etc/*.conf) ‖ Read /etc/d/a.conf ⇒ ask mode
+Read(//etc/**) ‖ Read /etc/d/a.conf ⇒ allow rule
+Read(~/notes/**) ‖ Read ~/notes/a ⇒ allow rule
+Read(~/notes/**) ‖ Read /home/u/notes/a ⇒ allow rule
+Read(~/notes/**) ‖ Read /home/v/notes/a ⇒ ask mode
+Edit(/src/*.ts) ‖ Edit src/a.ts ⇒ allow rule
+Edit(/src/*.ts) ‖ Edit src/b/a.ts ⇒ ask mode
+Edit(./src/a.ts) ‖ Edit /w/app/src/a.ts ⇒ allow rule
+Edit(src/a.ts) ‖ Edit /w/more/src/a.ts ⇒ ask mode
-Read(/src/a.ts) ‖ Read src/a.ts ⇒ deny rule
-Read(/src/a.ts) ‖ Read x/src/a.ts ⇒ allow mode
# bare names at any depth
+Edit(*.md) ‖ Edit docs/deep/a.md ⇒ allow rule
-Read(.env) ‖ Read .env ⇒ deny rule
-Read(.env) ‖ Read a/b/.env ⇒ deny rule
-Read(.env) ‖ Read /w/more/.env ⇒ deny rule
-Read(./.env) ‖ Read .env ⇒ deny rule
-Read(.env) ‖ Read .env.example ⇒ allow mode
-Read(secrets) ‖ Read a/secrets/b/c ⇒ deny rule
-Read(secrets/) ‖ Read secrets/c ⇒ deny rule
-Read(key[0-9].pem) ‖ Read key7.pem ⇒ deny rule
-Read(key?.pem) ‖ Read key77.pem ⇒ allow mode
# src/** : allow means <cwd>/src only, deny and ask any depth
+Edit(src/**) ‖ Edit src/a/b.ts ⇒ allow rule
+Edit(src/**) ‖ Edit lib/src/b.ts ⇒ ask mode
-Edit(src/**) ‖ Edit lib/src/b.ts ⇒ deny rule
?Edit(src/**) ; acceptEdits ‖ Edit lib/src/b.ts ⇒ ask rule
acceptEdits ; -Edit(src/**) ‖ Edit lib/srcx/b.ts ⇒ allow mode
# Edit covers all editing tools, and a Read deny blocks them too
+Edit(a.ts) ‖ Write a.ts ⇒ allow rule
-Edit(a.ts) ‖ Write a.ts ⇒ deny rule
-Edit(a.ts) ‖ MultiEdit a.ts ⇒ deny rule
-Edit(n.ipynb) ‖ NotebookEdit n.ipynb ⇒ deny rule
-Edit ; acceptEdits ‖ Write a.ts ⇒ deny rule
-Edit(a.ts) ‖ Read a.ts ⇒ allow mode
acceptEdits ; -Read(a.ts) ‖ Write a.ts ⇒ deny rule
acceptEdits ; -Read ‖ Edit a.ts ⇒ deny rule
acceptEdits ; ?Read(a.ts) ‖ Write a.ts ⇒ allow mode
-Read(src/**) ‖ Grep src/x ⇒ deny rule
-Read ‖ Glob {"pattern":"*"} ⇒ deny rule
# approved literal paths are escaped
+Edit(/a\*b) ‖ Edit a*b ⇒ allow rule
+Edit(/a\*b) ‖ Edit axb ⇒ ask mode
+Edit(/a\[1\]) ‖ Edit a[1] ⇒ allow rule
# WebFetch(domain:h): no case, trailing dot stripped
+WebFetch(domain:Example.com) ‖ WebFetch https://EXAMPLE.com./x ⇒ allow rule
+WebFetch(domain:example.com) ‖ WebFetch https://a.example.com/ ⇒ ask mode
+WebFetch(domain:example.com) ‖ WebFetch https://example.com.evil.org/ ⇒ ask mode
+WebFetch(domain:*.example.com) ‖ WebFetch https://a.b.example.com/ ⇒ allow rule
+WebFetch(domain:*.example.com) ‖ WebFetch https://example.com/ ⇒ ask mode
+WebFetch(domain:api.*.com) ‖ WebFetch https://api.x.com/ ⇒ allow rule
+WebFetch(domain:api.*.com) ‖ WebFetch https://api.x.y.com/ ⇒ ask mode
+WebFetch(domain:*) ‖ WebFetch https://any.org/ ⇒ allow rule
-WebFetch(domain:evil.org) ; bypassPermissions ‖ WebFetch https://evil.org/ ⇒ deny rule
+WebFetch(domain:bücher.de) ‖ WebFetch https://bücher.de/ ⇒ allow rule
# mcp rules
+mcp__srv ‖ mcp__srv__get_a ⇒ allow rule
+mcp__srv__* ‖ mcp__srv__get_a ⇒ allow rule
+mcp__srv__get_* ‖ mcp__srv__get_a ⇒ allow rule
+mcp__srv__get_* ‖ mcp__srv__set_a ⇒ ask mode
+mcp__srv ‖ mcp__srv2__get_a ⇒ ask mode
-mcp__* ‖ mcp__srv__get_a ⇒ deny rule
-* ‖ Read a ⇒ deny rule
?mcp__* ; bypassPermissions ‖ mcp__srv__get_a ⇒ ask rule
-mcp__* ‖ Read a ⇒ allow mode
mcp__s__t:reads ‖ mcp__s__t ⇒ allow mode
mcp__s__t:reads ; -mcp__s ‖ mcp__s__t ⇒ deny rule
# Agent(name), Skill(name), Skill(name *), Cd(path)
+Agent(tester) ‖ Agent tester ⇒ allow rule
+Agent(tester) ‖ Agent other ⇒ ask mode
-Agent(general-purpose) ‖ Agent {} ⇒ deny rule
+Skill(deploy) ‖ Skill deploy ⇒ allow rule
+Skill(deploy) ‖ Skill {"skill":"deploy","args":"now"} ⇒ ask mode
+Skill(deploy *) ‖ Skill {"skill":"deploy","args":"now"} ⇒ allow rule
+Skill(deploy:*) ‖ Skill {"skill":"deploy"} ⇒ allow rule
-Skill(deploy) ‖ Skill {"skill":"deploy","args":"now"} ⇒ deny rule
-Skill(tp:greet) ‖ Skill tp:greet ⇒ deny rule
+Cd(//srv/**) ‖ Cd /srv/x ⇒ allow rule
‖ Cd src ⇒ allow mode
‖ Cd /srv ⇒ ask mode
-Cd(src) ‖ $ cd src ⇒ deny rule
# Tool(param:value): deny and ask, a scalar top-level field as it was sent
-Agent(model:opus) ‖ Agent {"subagent_type":"x","model":"opus"} ⇒ deny rule
-Agent(model:*us) ‖ Agent {"model":"opus"} ⇒ deny rule
-Agent(model:opus) ; +Agent ‖ Agent {"subagent_type":"x"} ⇒ allow rule
-Bash(run_in_background:true) ; +Bash ‖ Bash {"command":"make","run_in_background":true} ⇒ deny rule
?mcp__s__t(count:5) ; +mcp__s ‖ mcp__s__t {"count":5} ⇒ ask rule
?mcp__s__t(count:5) ; +mcp__s ‖ mcp__s__t {"count":[5]} ⇒ allow rule
-Bash(make:all) ‖ $ make:all ⇒ deny rule
# symlinks: allow both, deny either
‖ Read in/a.ts ⇒ allow mode
‖ Read out/passwd ⇒ ask mode
+Read(out/**) ‖ Read out/passwd ⇒ ask mode
+Read(out/**) ; +Read(//etc/**) ‖ Read out/passwd ⇒ allow rule
-Read(//etc/**) ‖ Read out/passwd ⇒ deny rule
-Read(.env) ‖ Read secret ⇒ deny rule
-Read(.env) ‖ $ cat secret ⇒ deny rule
acceptEdits ‖ Write hooks/pre-commit ⇒ ask protected
acceptEdits ‖ Write out/x ⇒ ask mode
‖ $ cat in/../.env ⇒ allow mode
‖ $ cat out/../shadow ⇒ ask mode
# default: reads in the working folders
‖ Read a ⇒ allow mode
‖ Read /w/more/a ⇒ allow mode
‖ Read ../x ⇒ ask mode
‖ Read /etc/hosts ⇒ ask mode
‖ Write a ⇒ ask mode
‖ Grep . ⇒ allow mode
‖ Glob {"pattern":"../**"} ⇒ ask mode
‖ Glob {"pattern":"/etc/*"} ⇒ ask mode
‖ WebFetch http://h/ ⇒ ask mode
# acceptEdits: edits and some commands inside the working folders
acceptEdits ‖ Edit a ⇒ allow mode
acceptEdits ‖ Edit /w/more/a ⇒ allow mode
acceptEdits ‖ Edit /etc/a ⇒ ask mode
acceptEdits ‖ $ mkdir -p a/b && touch a/b/c ⇒ allow mode
acceptEdits ‖ $ rm a/b/c; rmdir a/b; mv a c; cp c d ⇒ allow mode
acceptEdits ‖ $ sed -i s/a/b/g f ⇒ allow mode
acceptEdits ‖ $ sed -i s/a/b/e f ⇒ ask mode
acceptEdits ‖ $ sed -i 'w /etc/x' f ⇒ ask mode
acceptEdits ‖ $ rm *.log ⇒ allow mode
acceptEdits ‖ $ mv a /etc/b ⇒ ask mode
acceptEdits ‖ $ cp /etc/passwd a ⇒ ask mode
acceptEdits ‖ $ touch $X ⇒ ask mode
acceptEdits ‖ $ rm -r out/x ⇒ ask mode
acceptEdits ‖ $ make ⇒ ask mode
# plan: reads only
plan ‖ Read a ⇒ allow mode
plan ‖ Edit a ⇒ deny mode
plan ; +Edit ‖ Write a ⇒ deny mode
plan ‖ Write .git/config ⇒ deny mode
plan ; +Bash(mk *) ‖ $ mk x ⇒ ask mode
plan ; +Bash ‖ $ mk x ⇒ ask mode
plan ; +Bash ‖ $ echo a > b ⇒ deny mode
plan ‖ $ touch a ⇒ deny mode
plan ; confined ‖ $ mk ⇒ ask mode
plan ; +WebFetch ‖ WebFetch http://h/ ⇒ allow rule
plan ; +mcp__s ‖ mcp__s__t ⇒ ask mode
plan ; mcp__s__t:reads ‖ mcp__s__t ⇒ allow mode
plan ; SendMessage:free ‖ SendMessage ⇒ allow mode
# dontAsk: what is allowed by rule, everything that would ask is denied
dontAsk ‖ $ make ⇒ deny mode
dontAsk ; +Bash(make) ‖ $ make ⇒ allow rule
dontAsk ‖ Write a ⇒ deny mode
dontAsk ; +Edit(a) ‖ Write a ⇒ allow rule
dontAsk ; ?Edit(a) ‖ Write a ⇒ deny rule
dontAsk ; SendMessage:free ‖ SendMessage ⇒ allow mode
# bypassPermissions: all but deny and ask rules and critical removals
bypassPermissions ‖ $ make ⇒ allow mode
bypassPermissions ‖ Write /etc/x ⇒ allow mode
bypassPermissions ‖ Write .git/config ⇒ allow mode
bypassPermissions ‖ $ x > .git/hooks/y ⇒ allow mode
bypassPermissions ; -Bash(make) ‖ $ make ⇒ deny rule
bypassPermissions ; ?Bash(make) ‖ $ make ⇒ ask rule
bypassPermissions ; ?SendMessage ; SendMessage:free ‖ SendMessage ⇒ ask rule
bypassPermissions ‖ $ rm -rf / ⇒ ask critical
# a sandboxed shell runs without asking, but for deny, scoped ask, critical removals
confined ‖ $ make ⇒ allow mode
confined ; ?Bash ‖ $ make ⇒ allow mode
confined ; ?Bash(make) ‖ $ make ⇒ ask rule
confined ; -Bash(make) ‖ $ make ⇒ deny rule
confined ‖ $ rm -rf ~ ⇒ ask critical
confined ; dontAsk ‖ $ make ⇒ allow mode
confined ‖ $ x > .husky/y ⇒ ask protected
confined ‖ Write a ⇒ ask mode
# protected paths are never opened by a rule, dontAsk denies, also when they do not exist
+Edit ‖ Write .vscode/tasks.json ⇒ ask protected
+Edit(/.vscode/**) ; acceptEdits ‖ Write .vscode/tasks.json ⇒ ask protected
dontAsk ; +Edit ‖ Write .vscode/tasks.json ⇒ deny protected
acceptEdits ‖ Write sub/.GIT/config ⇒ ask protected
acceptEdits ‖ Write .claude/settings.json ⇒ ask protected
acceptEdits ‖ Write .claude/worktrees/a/f.ts ⇒ allow mode
acceptEdits ‖ Write .claude/worktrees/a/.husky/x ⇒ ask protected
acceptEdits ‖ Write .config/git/config ⇒ ask protected
acceptEdits ‖ Write .config/other ⇒ allow mode
acceptEdits ‖ Write .gitignore ⇒ allow mode
acceptEdits ‖ Read .git/config ⇒ allow mode
acceptEdits ‖ $ cp x .git/hooks/pre-commit ⇒ ask protected
acceptEdits ‖ $ mv .husky y ⇒ ask protected
+Bash(tee *) ‖ $ echo x | tee .envrc ⇒ ask protected
+Bash(sudo *) ‖ $ sudo tee .bashrc ⇒ ask protected
+Bash(bash *) ‖ $ bash -c 'echo x > .npmrc' ⇒ ask protected
`;
