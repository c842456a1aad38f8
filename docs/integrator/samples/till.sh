#!/bin/sh
# A till with curl alone: takes a payment, waits for its end, refunds.
#
#     POSAGENT_TOKEN=... sh till.sh URL REFERENCE AMOUNT CODE [REFUND]
#
# Run it again when it broke off: on the same business day the same reference is
# the same sale, and has the same refund. On a later day it is a new sale: look at
# the charges first. The fields of the answers are cut out with sed, because curl is
# all that it needs; a program of yours reads JSON.
set -eu
base=$1 reference=$2 amount=$3 code=$4 refund=${5:-}

# call METHOD PATH BODY [KEY]: one wish under one key; a call that got no whole
# answer is repeated as it was. curl's own --retry would put the answers of all
# tries one behind the other, and gives up when a connection ends.
call() {
	key=${4:-$(cat /proc/sys/kernel/random/uuid)}
	for again in 1 2 3 4 5; do
		if answer=$(curl -sS --max-time 60 -w '\n%{http_code}' -X "$1" -H "Authorization: Bearer $POSAGENT_TOKEN" \
			-H "Idempotency-Key: $key" -H 'Content-Type: application/json' ${3:+--data "$3"} "$base$2"); then
			case $(printf '%s\n' "$answer" | tail -n 1) in
			2??) printf '%s\n' "$answer" | sed '$d' && return ;;
			4??) printf '%s\n' "$answer" >&2 && exit 1 ;;
			esac
		fi
		sleep 1
	done
	echo 'the agent does not answer: look at the charges before you try again' >&2
	exit 1
}
field() { sed -n "s/.*\"$1\":\"\{0,1\}\([^\",}]*\).*/\1/p" | head -1; }

sale=$(call POST /v1/sales "{\"reference\":\"$reference\",\"amount\":$amount,\"currency\":\"JPY\"}")
id=$(echo "$sale" | sed 's/^{"id":"\([^"]*\).*/\1/')
if [ "$(echo "$sale" | field state)" = prepared ]; then # else it has had its code before this program broke off
	sale=$(call POST "/v1/sales/$id/code" "{\"text\":\"$code\"}")
fi
while state=$(echo "$sale" | field state); do
	case $state in
	prepared | sent | pending | indoubt | reversing) sale=$(call GET "/v1/sales/$id?wait=10s" '') ;; # a doubt is no error
	*) break ;;
	esac
done
key=$(echo "$sale" | field charge_key)
goods=$(echo "$sale" | field goods)
echo "$state $goods $key"
[ "$goods" = hand_over ] || exit 3
[ -n "$refund" ] || exit 0
back=$(call POST /v1/refunds "{\"charge_key\":\"$key\",\"amount\":$refund}" "refund of $key")
while state=$(echo "$back" | field state) && { [ "$state" = prepared ] || [ "$state" = forwarding ]; }; do
	sleep 1
	back=$(call GET "/v1/charges/$(echo "$back" | sed 's/^{"key":"\([^"]*\).*/\1/')" '')
done
echo "refund $state $refund"
