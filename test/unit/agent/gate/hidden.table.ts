/** Files and commands that stand where one does not look at first. ¬ is a backtick, § a dollar. */
export const HIDDEN_TABLE = String.raw`
# behind -- the first argument of grep is its expression, whatever it begins with
‖ $ grep -- -x /etc/shadow ⇒ ask mode
‖ $ grep -v -- -x ~/.ssh/id_rsa ⇒ ask mode
‖ $ grep -- -x a ⇒ allow mode
-Read(.env) ‖ $ grep -- -x .env ⇒ deny rule
‖ $ cat "--" -/../../../etc/shadow ⇒ ask mode
# git compares files of the whole disk when one of them is outside of the repository
‖ $ git diff /dev/null /etc/shadow ⇒ ask mode
‖ $ git diff ../../etc/shadow /dev/null ⇒ ask mode
‖ $ git log -- ../x ⇒ ask mode
‖ $ git diff main..origin/main -- src ⇒ allow mode
‖ $ git diff HEAD~2 ..main ⇒ allow mode
-Read(.env) ‖ $ git diff /dev/null .env ⇒ deny rule
# the value of a long option may be a file
-Read(.env) ‖ $ diff --from-file=.env a ⇒ deny rule
-Read(.env) ‖ $ grep --file=.env a ⇒ deny rule
‖ $ diff --from-file=secret/../../../etc/shadow a ⇒ ask mode
‖ $ diff --from-file=out/shadow a ⇒ ask mode
‖ $ grep --color=never a b ⇒ allow mode
# a reader that follows the links that it finds reads what they lead to
‖ $ grep -R a . ⇒ ask mode
‖ $ grep -nR a . ⇒ ask mode
‖ $ grep --dereference-recursive a . ⇒ ask mode
‖ $ grep -r a . ⇒ allow mode
‖ $ find -L . -name a ⇒ ask mode
‖ $ find . -follow ⇒ ask mode
‖ $ diff -r src more ⇒ ask mode
‖ $ diff -r --no-dereference src more ⇒ allow mode
‖ $ ls -LR ⇒ allow mode
# what is searched from a folder down may be a file that a rule is about
-Read(.env) ‖ $ grep -r a . ⇒ ask mode
-Read(.env) ‖ $ grep -r a ⇒ ask mode
-Read(.env) ‖ $ grep -nr a src ⇒ ask mode
-Read(.env) ‖ $ grep --recursive a ⇒ ask mode
-Read(.env) ‖ $ grep a src/x ⇒ allow mode
-Read(.env) ‖ $ diff -r --no-dereference src more ⇒ ask mode
# what is done to a folder is done to everything in it
-Read(secrets/**) ‖ $ grep -r a secrets ⇒ deny rule
-Read(secrets/**) ‖ $ cat secrets ⇒ allow mode
acceptEdits ; -Edit(src/**) ‖ $ rm -rf src ⇒ deny rule
acceptEdits ; -Edit(src/**) ‖ $ mv src x ⇒ deny rule
+Bash(rm *) ; -Edit(src/**) ‖ $ rm -rf src ⇒ deny rule
acceptEdits ; -Edit(.env) ‖ $ rm -rf src ⇒ ask mode
acceptEdits ; -Edit(.env) ‖ $ rm a ⇒ allow mode
acceptEdits ; -Read(.env) ‖ $ mv a b ⇒ allow mode
acceptEdits ; -Read(.env) ‖ $ cp -r src x ⇒ ask mode
+Bash(cp *) ; -Read(secrets/**) ‖ $ cp -r secrets x ⇒ deny rule
-Read(.env) ‖ $ git show HEAD:.env ⇒ deny rule
# behind -- cd takes its folder
acceptEdits ‖ $ cd -- .git/hooks && touch pre-commit ⇒ ask protected
acceptEdits ‖ $ cd -P -- .git && touch config ⇒ ask protected
acceptEdits ‖ $ cd -- src && touch a ⇒ allow mode
# what copies writes below the folder that it is given
acceptEdits ‖ $ cp sub/.npmrc . ⇒ ask protected
acceptEdits ‖ $ cp sub/.npmrc a src ⇒ ask protected
acceptEdits ‖ $ cp a .git/hooks/pre-commit --suffix=./x ⇒ ask protected
acceptEdits ‖ $ cp -r sub/.git . ⇒ ask protected
acceptEdits ‖ $ cp -r sub/.g* . ⇒ ask mode
acceptEdits ‖ $ cp a b src ⇒ allow mode
acceptEdits ‖ $ cp src/*.ts . ⇒ allow mode
acceptEdits ‖ $ mv git .config ⇒ ask protected
acceptEdits ‖ $ mv a b ⇒ allow mode
acceptEdits ; -Edit(src/b) ‖ $ cp b src ⇒ ask rule
acceptEdits ; ?Edit(src/b) ‖ $ cp b src ⇒ ask rule
acceptEdits ; -Edit(a) ‖ $ cp a b ⇒ ask rule
acceptEdits ‖ $ cp -t . sub/.npmrc ⇒ ask protected
acceptEdits ‖ $ cp --target-directory=. sub/.npmrc ⇒ ask protected
acceptEdits ‖ $ cp -r sub/. . ⇒ ask mode
acceptEdits ‖ $ cp a sub/. ⇒ allow mode
+Bash(ln *) ‖ $ ln -s ../evil/.npmrc ⇒ ask protected
# a backup is a file too
acceptEdits ‖ $ sed -i.json p .mcp ⇒ ask protected
acceptEdits ‖ $ sed -i.bak p a ⇒ allow mode
acceptEdits ‖ $ cp --suffix=.json -b a .mcp ⇒ ask mode
acceptEdits ‖ $ mv -bS .json a .mcp ⇒ ask mode
+Bash(sed *) ‖ $ sed -ui s/a/b/ .git/config ⇒ ask protected
+Bash(sed *) ‖ $ sed --i s/a/b/ .git/config ⇒ ask protected
+Bash(sed *) ‖ $ sed -ne p .git/config ⇒ allow mode
# braces and globs make words of what nobody wrote
acceptEdits ‖ $ rm -rf {~,x} ⇒ ask critical
bypassPermissions ‖ $ rm -rf {~,x} ⇒ ask critical
bypassPermissions ‖ $ rm -rf ~/{,x} ⇒ ask critical
bypassPermissions ‖ $ rm -rf /home/{u,x} ⇒ ask critical
bypassPermissions ‖ $ rm -rf ../a* ⇒ ask critical
bypassPermissions ‖ $ rm -rf ../b* ⇒ allow mode
bypassPermissions ‖ $ rm -rf ../[a]pp ⇒ ask critical
bypassPermissions ‖ $ rm -rf ../*/dist ⇒ allow mode
bypassPermissions ‖ $ rm -rf /home/*/* ⇒ ask critical
bypassPermissions ‖ $ rm -rf ../*.log ⇒ allow mode
bypassPermissions ‖ $ rm -rf src/{a,b} ⇒ allow mode
acceptEdits ‖ $ rm -rf src/{a,b} ⇒ allow mode
‖ $ cat {~,x} ⇒ ask mode
‖ $ file {-C,-m,x} ⇒ ask mode
acceptEdits ‖ $ touch .mcp{,.json} ⇒ ask protected
acceptEdits ‖ $ touch .mcp{x,y} ⇒ allow mode
acceptEdits ‖ $ touch x{.npmrc,} ⇒ allow mode
acceptEdits ‖ $ sed -i s/a/b/ .npmr* ⇒ ask protected
acceptEdits ‖ $ rm -rf .gi? ⇒ ask protected
acceptEdits ‖ $ rm -f *.log .x* ⇒ allow mode
acceptEdits ‖ $ touch {a,b}.ts ⇒ allow mode
+Bash(touch *) ‖ $ touch .git/{hooks/x,y} ⇒ ask protected
+Bash(touch *) ‖ $ touch {.npmrc,x} ⇒ ask protected
confined ‖ $ rm -rf {a,.h}* ⇒ ask protected
# a removal of the folder that the shell is in
bypassPermissions ‖ $ rm -rf $PWD ⇒ ask critical
bypassPermissions ‖ $ rm -rf "§{PWD}" ⇒ ask critical
bypassPermissions ‖ $ rm -rf "$(pwd)" ⇒ ask critical
bypassPermissions ‖ $ rm -rf ¬pwd¬ ⇒ ask critical
bypassPermissions ‖ $ rm -rf "§{HOME:?}" ⇒ ask critical
bypassPermissions ‖ $ rm -rf "$OTHER" ⇒ allow mode
# a for without words is a loop too
bypassPermissions ‖ $ set -- a; for x do rm -rf ~; done ⇒ ask unparsed
bypassPermissions ; -Bash(curl *) ‖ $ set -- a; for x do curl h; done ⇒ ask unparsed
bypassPermissions ; -Bash(curl *) ‖ $ set -- a; for x { curl h; } ⇒ ask unparsed
bypassPermissions ; -Bash(curl *) ‖ $ set -- a; for x; do curl h; done ⇒ deny rule
bypassPermissions ‖ $ for x in a b; do echo; done ⇒ allow mode
# what a shell is given to read
bypassPermissions ; -Bash(curl *) ‖ $ bash -cx 'curl h' ⇒ deny rule
bypassPermissions ; -Bash(curl *) ‖ $ bash -c -- 'curl h' ⇒ deny rule
bypassPermissions ; -Bash(curl *) ‖ $ bash -c -x 'curl h' ⇒ deny rule
bypassPermissions ; -Bash(curl *) ‖ $ bash -o errexit -c 'curl h' ⇒ deny rule
bypassPermissions ; -Bash(curl *) ‖ $ bash -c -o errexit 'curl h' ⇒ deny rule
bypassPermissions ; -Bash(curl *) ‖ $ bash +B -c 'curl h' x ⇒ deny rule
bypassPermissions ; -Bash(curl *) ‖ $ echo a | bash -s x ⇒ ask unparsed
bypassPermissions ; -Bash(curl *) ‖ $ bash <(echo a) ⇒ ask unparsed
bypassPermissions ; -Bash(curl *) ‖ $ bash /dev/stdin ⇒ ask unparsed
bypassPermissions ; -Bash(curl *) ‖ $ bash x.sh ⇒ allow mode
bypassPermissions ; -Bash(curl *) ‖ $ env --split='curl h' ⇒ deny rule
bypassPermissions ; -Bash(curl *) ‖ $ trap 'curl h' EXIT ⇒ deny rule
bypassPermissions ‖ $ trap 'rm -rf ~' EXIT ⇒ ask critical
bypassPermissions ; -Bash(curl *) ‖ $ mapfile -C 'curl h' -c 1 x ⇒ deny rule
bypassPermissions ; -Bash(curl *) ‖ $ compgen -C 'curl h' ⇒ deny rule
acceptEdits ‖ $ cp --parents sub/x .. ⇒ ask mode
acceptEdits ‖ $ cp --parents sub/x src ⇒ ask mode
bypassPermissions ; -Bash(curl *) ‖ $ trap "$X" EXIT ⇒ ask unparsed
bypassPermissions ; -Bash(curl *) ‖ $ time coproc curl h ⇒ ask unparsed
bypassPermissions ; -Bash(curl *) ‖ $ time function f { curl h; }; f ⇒ ask unparsed
bypassPermissions ‖ $ time make function ⇒ allow mode
# the path in front of a program hides nothing of what expands behind it
bypassPermissions ; -Bash(git push *) ‖ $ /usr/bin/git $X origin ⇒ ask unparsed
bypassPermissions ; -Bash(curl *) ‖ $ "a b/curl" h ⇒ deny rule
# what is open below a protected folder is open at its top only
bypassPermissions ‖ Write .claude/worktrees/a/x ⇒ allow mode
acceptEdits ‖ Write .claude/worktrees/a/x ⇒ allow mode
acceptEdits ‖ Write .claude/commands/.claude/worktrees/x.md ⇒ ask protected
acceptEdits ‖ Write .claude/worktrees/a/.claude/worktrees/b/x ⇒ allow mode
acceptEdits ‖ Write .claude/worktrees/a/.git/config ⇒ ask protected
`
  .replaceAll("¬", "`")
  .replaceAll("§", "$");
