/** What `gate.table.ts` has no room for: the sentences on shell commands and removals. ¬ is a backtick. */
export const SHELL_TABLE = String.raw`
# every part must match an allow, any part matching a deny or ask decides
+Bash(a *) ; +Bash(b *) ‖ $ a 1 && b 2 ⇒ allow rule
+Bash(a *) ‖ $ a 1 && b 2 ⇒ ask mode
+Bash(a *) ; +Bash(b *) ‖ $ a 1 || b 2 ; a | b |& a & b ⇒ allow rule
+Bash(a *) ‖ $ a 1⏎b 2 ⇒ ask mode
+Bash ; -Bash(b *) ‖ $ a 1 && b 2 ⇒ deny rule
+Bash ; ?Bash(b *) ‖ $ a 1 | b 2 ⇒ ask rule
+Bash(a *) ‖ $ a $(b) ⇒ ask mode
+Bash(a *) ; +Bash(b *) ‖ $ a $(b) ⇒ allow rule
+Bash(a *) ; -Bash(b *) ‖ $ a "x $(b y)" ⇒ deny rule
+Bash(a *) ; -Bash(b *) ‖ $ a ¬b y¬ ⇒ deny rule
+Bash(a *) ; -Bash(b *) ‖ $ a <(b y) ⇒ deny rule
+Bash(a *) ; +Bash(b *) ‖ $ (a; { b; }) ⇒ allow rule
+Bash(a *) ‖ $ if a; then a; fi ⇒ allow rule
# unparsable, or over 10,000 characters, asks
+Bash ‖ $ a "open ⇒ ask unparsed
+Bash ‖ $ f() { a; } ⇒ ask unparsed
+Bash ‖ $ case a in b) c;; esac ⇒ ask unparsed
+Bash ‖ $ $X y ⇒ ask unparsed
dontAsk ‖ $ a "open ⇒ deny unparsed
bypassPermissions ‖ $ f() { a; } ⇒ allow mode
bypassPermissions ; -Bash(x *) ‖ $ f() { a; } ⇒ ask unparsed
bypassPermissions ‖ $ f() { rm -rf /; }; f ⇒ ask unparsed
confined ‖ $ f() { a; } ⇒ allow mode
# stripped wrappers
+Bash(mk *) ‖ $ timeout 5 mk x ⇒ allow rule
+Bash(mk *) ‖ $ timeout -k 1 -s TERM 5s mk x ⇒ allow rule
+Bash(mk *) ‖ $ time mk x ⇒ allow rule
+Bash(mk *) ‖ $ nice -n 5 mk x ⇒ allow rule
+Bash(mk *) ‖ $ nohup mk x ⇒ allow rule
+Bash(mk *) ‖ $ stdbuf -oL mk x ⇒ allow rule
+Bash(mk *) ‖ $ command mk x ⇒ allow rule
+Bash(mk *) ‖ $ builtin mk x ⇒ allow rule
+Bash(mk *) ‖ $ noglob mk x ⇒ allow rule
+Bash(mk *) ‖ $ ls | xargs mk ⇒ allow rule
+Bash(mk *) ‖ $ ls | xargs -n1 mk ⇒ ask mode
+Bash(mk *) ‖ $ command -v mk ⇒ ask mode
+Bash(mk *) ‖ $ nocorrect mk x ⇒ ask mode
-Bash(mk *) ‖ $ timeout 5 nice mk x ⇒ deny rule
-Bash(mk *) ‖ $ sudo -u root mk x ⇒ deny rule
# no prefix covers watch, setsid, ionice, flock, find -exec; only an exact rule
+Bash(watch *) ‖ $ watch mk ⇒ ask mode
+Bash(watch mk) ‖ $ watch mk ⇒ allow rule
+Bash(setsid *) ‖ $ setsid mk ⇒ ask mode
+Bash(ionice *) ‖ $ ionice mk ⇒ ask mode
+Bash(flock *) ‖ $ flock l mk ⇒ ask mode
+Bash(find *) ‖ $ find . -name x -exec mk {} + ⇒ ask mode
+Bash(find *) ‖ $ find . -delete ⇒ ask mode
+Bash(find . -delete) ‖ $ find . -delete ⇒ allow rule
+Bash(find *) ‖ $ find / -name x ⇒ allow rule
# a runner's prefix rule covers whatever follows
+Bash(npx *) ‖ $ npx anything ⇒ allow rule
+Bash(docker exec *) ‖ $ docker exec c sh ⇒ allow rule
# leading variables: allow past safe names only, deny and ask past any
+Bash(mk *) ‖ $ LANG=C NO_COLOR=1 NODE_ENV=test mk x ⇒ allow rule
+Bash(mk *) ‖ $ LD_PRELOAD=x mk y ⇒ ask mode
+Bash(mk *) ‖ $ PATH=/tmp:$PATH mk y ⇒ ask mode
-Bash(mk *) ‖ $ LD_PRELOAD=x mk y ⇒ deny rule
?Bash(mk *) ; bypassPermissions ‖ $ A=1 B=2 mk y ⇒ ask rule
+Bash(A=1 mk) ‖ $ A=1 mk ⇒ allow rule
‖ $ PATH=/tmp; ls ⇒ ask mode
# a redirection is a file write
+Bash(mk *) ‖ $ mk > out.log ⇒ ask mode
+Bash(mk *) ; +Edit(*.log) ‖ $ mk > out.log ⇒ allow rule
acceptEdits ; +Bash(mk *) ‖ $ mk > out.log 2>&1 ⇒ allow rule
acceptEdits ; +Bash(mk *) ‖ $ mk >> /etc/x ⇒ ask path
+Bash(mk *) ; -Edit(*.log) ‖ $ mk > out.log ⇒ deny rule
+Bash(mk *) ; -Read(*.log) ‖ $ mk > out.log ⇒ deny rule
+Bash(mk *) ; -Edit ‖ $ mk > out.log ⇒ deny rule
+Bash(mk *) ; ?Edit(*.log) ‖ $ mk &> out.log ⇒ ask rule
+Bash ‖ $ mk > .git/hooks/x ⇒ ask protected
+Bash ‖ $ mk > out.log ⇒ allow rule
+Bash ‖ $ mk > /etc/x ⇒ ask path
+Bash(mk *) ‖ $ mk > /dev/null 2>&1 ⇒ allow rule
acceptEdits ; +Bash(mk *) ‖ $ mk > ~/x ⇒ ask path
acceptEdits ; +Bash(mk *) ‖ $ mk > *.log ⇒ ask path
acceptEdits ; +Bash(mk *) ‖ $ mk > $F ⇒ ask path
+Bash(mk *) ‖ $ mk < src/a ⇒ allow rule
+Bash(mk *) ‖ $ mk < /etc/passwd ⇒ ask path
-Read(.env) ‖ $ cat < .env ⇒ deny rule
# the read-only set is free in every mode
‖ $ ls -la src ⇒ allow mode
plan ‖ $ cat a | head -5 | grep -n x | wc -l ⇒ allow mode
dontAsk ‖ $ pwd && which node && stat a && du -sh . ⇒ allow mode
‖ $ find . -name '*.ts' -type f ⇒ allow mode
‖ $ diff a b; tail -f log ⇒ allow mode
‖ $ cd src && ls ⇒ allow mode
‖ $ git status && git log --oneline -5 && git diff a..b ⇒ allow mode
‖ $ echo "hi $USER" ⇒ allow mode
‖ $ docker ps ⇒ allow mode
‖ $ file a ⇒ allow mode
‖ $ sed -n 1,5p a && sort a ⇒ allow mode
‖ $ cat /etc/passwd ⇒ ask mode
‖ $ ls .. ⇒ ask mode
-Read(.env) ‖ $ cat .env ⇒ deny rule
-Read(.env) ‖ $ cat .e* ⇒ ask mode
# it asks again for
‖ $ find *.ts -name x ⇒ ask mode
‖ $ sort * ⇒ ask mode
‖ $ sed -n 1p *.txt ⇒ ask mode
‖ $ git diff *.ts ⇒ ask mode
‖ $ git diff '*.ts' ⇒ allow mode
‖ $ cd src && git status ⇒ ask mode
‖ $ cd . && git status ⇒ allow mode
acceptEdits ‖ $ cd src && echo x > f ⇒ ask mode
‖ $ docker -H tcp://x ps ⇒ ask mode
‖ $ docker --context x ps ⇒ ask mode
‖ $ file -m magic a ⇒ ask mode
‖ $ file -f names ⇒ ask mode
‖ $ git -c core.pager=x log ⇒ ask mode
‖ $ git branch new ⇒ ask mode
# critical removals
bypassPermissions ‖ $ rm -rf /etc ⇒ ask critical
bypassPermissions ‖ $ rmdir /home ⇒ ask critical
bypassPermissions ‖ $ rm -rf /etc/x ⇒ allow mode
bypassPermissions ‖ $ rm -rf ~ ⇒ ask critical
bypassPermissions ‖ $ rm -rf $HOME ⇒ ask critical
bypassPermissions ‖ $ rm -rf . ⇒ ask critical
bypassPermissions ‖ $ rm -rf .. ⇒ ask critical
bypassPermissions ‖ $ rm -rf /w ⇒ ask critical
bypassPermissions ‖ $ rm -rf /w/app/ ⇒ ask critical
bypassPermissions ‖ $ rm /w/more/*.log ⇒ ask critical
bypassPermissions ‖ $ rm *.log ⇒ allow mode
bypassPermissions ‖ $ rm -rf * ⇒ ask critical
bypassPermissions ‖ $ rm -rf /* ⇒ ask critical
bypassPermissions ‖ $ rm -rf "$DIR"/* ⇒ ask critical
bypassPermissions ‖ $ rm -rf $DIR/ ⇒ ask critical
bypassPermissions ‖ $ rm -rf $DIR* ⇒ ask critical
bypassPermissions ‖ $ rm -rf "$DIR" ⇒ allow mode
bypassPermissions ‖ $ echo $(rm -rf /) ⇒ ask critical
bypassPermissions ‖ $ sudo rm -rf / ⇒ ask critical
bypassPermissions ‖ $ bash -c "rm -rf ~" ⇒ ask critical
bypassPermissions ‖ $ cd / && rm -rf etc ⇒ ask critical
bypassPermissions ‖ $ rm -rf out/.. ⇒ ask critical
bypassPermissions ‖ $ rm -rf node_modules build ⇒ allow mode
dontAsk ; +Bash ‖ $ rm -rf / ⇒ deny critical
+Bash(rm *) ‖ $ rm -rf / ⇒ ask critical
acceptEdits ‖ $ rm -rf src ⇒ allow mode
`.replaceAll("¬", "`");
