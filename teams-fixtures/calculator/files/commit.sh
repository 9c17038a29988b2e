#!/bin/sh
# Commits the named files: sh tools/commit.sh MESSAGE FILE...
# Several people commit in this one folder, so git's index may be locked for a moment.
message=$1
shift
who=${TROUPE_AGENT:-team}

commit() {
  git add -- "$@" || return 1
  if git diff --cached --quiet -- "$@"; then return 0; fi
  git -c user.name="$who" -c user.email="$who@team.invalid" -c commit.gpgsign=false commit -q -m "$message" -- "$@"
}

tries=0
until commit "$@"; do
  tries=$((tries + 1))
  if [ "$tries" -ge 20 ]; then exit 1; fi
  sleep 0.2
done
git log -1 --format='%h %an: %s'
