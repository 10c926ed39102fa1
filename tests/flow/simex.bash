# shellcheck shell=bash
# SPDX-License-Identifier: BSD-2-Clause
#
# simex.bash - the exchange alone, asked by hand: requests are signed here, and
# a stream is read as the bytes it sends.  Who loads it loads lib.bash, too.

simex_bin()
{
	local bin=${PMS_BIN:-$REPO/build/test/bin}
	[ -x "$bin/simex" ] || bin=$REPO/build/bin
	realpath "$bin/simex"
}

# In DIR; its ledger is in there.  Prices stand still unless SIMEX_MARKET says otherwise.
simex_up()	# DIR [OPTION...]
{
	SIMEX_DIR=$1
	mkdir -p "$1"
	rm -f "$1/simex.env"
	# shellcheck disable=SC2086 # words of an option
	"$(simex_bin)" -d "$1" --ledger "$1/ledger" ${SIMEX_MARKET---still} "${@:2}" \
	    2>"$1/simex.log" 3>&- &
	SIMEX_PID=$!
	await_simex 5 test -s "$1/simex.env" || return 1
	# shellcheck source=/dev/null
	. "$1/simex.env"
}

simex_down()
{
	[ -n "${SIMEX_PID:-}" ] || return 0
	kill "$SIMEX_PID" 2>/dev/null || :
	wait "$SIMEX_PID" 2>/dev/null || :
	SIMEX_PID=
}

# As await, with this program's log.
await_simex()	# SECONDS COMMAND...
{
	local end=$(($(now_us) + $1 * 1000000))
	shift
	until "$@" >/dev/null 2>&1; do
		if [ "$(now_us)" -gt "$end" ]; then
			echo "awaited in vain: $*" >&2
			tail -n 8 "$SIMEX_DIR/simex.log" >&2
			return 1
		fi
		sleep 0.02
	done
}

# ---- requests -----------------------------------------------------------------------

sign() { printf '%s' "$1" | openssl dgst -sha256 -hmac testsecret | sed 's/.* //'; }

# The body is on standard output; status, bytes, connections made and seconds in $SAID.
signed()	# METHOD PATH [PARAMETERS [CURL-OPTION...]]
{
	local query
	query="${3:+$3&}timestamp=$((EPOCHSECONDS * 1000))"
	curl -sS --max-time 10 -X "$1" -H 'X-MBX-APIKEY: testkey' "${@:4}" \
	    -w '%{stderr}%{http_code} %{size_download} %{num_connects} %{time_total}\n' \
	    "$SIMEX_REST$2?$query&signature=$(sign "$query")" 2>"$SIMEX_DIR/said"
}

# A limit order that rests; its name is in $HAND.
order_by_hand()	# [PARAMETERS [CURL-OPTION...]]
{
	HAND=hand$(now_us)
	signed POST /fapi/v1/order "symbol=BTCUSDT&side=BUY&type=LIMIT&timeInForce=GTC&price=59000&quantity=0.01&newClientOrderId=$HAND${1:+&$1}" \
	    "${@:2}"
}

cancel_by_hand() { signed DELETE /fapi/v1/order "symbol=BTCUSDT&origClientOrderId=$HAND"; }

http() { tail -n 1 "$SIMEX_DIR/said" | cut -d' ' -f1; }
bytes() { tail -n 1 "$SIMEX_DIR/said" | cut -d' ' -f2; }

state_of()	# CLIENT-ORDER-ID -> at the exchange; none: it has no such order
{
	ctl ledger kind=orders |
	    jq -r --arg id "$1" 'map(select(.clientOrderId == $id)) | .[-1].status // "none"'
}

# ---- the user stream --------------------------------------------------------------------

listen()	# its bytes go to $SIMEX_DIR/stream
{
	local port=${SIMEX_STREAM##*:} key
	key=$(curl -sS -X POST -H 'X-MBX-APIKEY: testkey' "$SIMEX_REST/fapi/v1/listenKey" |
	    field .listenKey)
	exec 5<>"/dev/tcp/127.0.0.1/$port" || return 1
	printf 'GET /private/ws/%s HTTP/1.1\r\nHost: simex\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n%s' \
	    "$key" $'Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Version: 13\r\n\r\n' >&5
	cat <&5 >"$SIMEX_DIR/stream" 2>/dev/null 3>&- &
	LISTENER=$!
	exec 5>&-
	await_simex 5 stream_has 'HTTP/1.1 101'
}

listen_end()
{
	kill "$LISTENER" 2>/dev/null || :
	wait "$LISTENER" 2>/dev/null || :
}

stream_has() { grep -aqE -- "$1" "$SIMEX_DIR/stream"; }		# REGEX
stream_is_over() { ! kill -0 "$LISTENER" 2>/dev/null; }
events_heard() { grep -aoE -- "\"e\":\"$1\"" "$SIMEX_DIR/stream" | wc -l; }	# TYPE
stream_matches() { xxd -p "$SIMEX_DIR/stream" | tr -d '\n' | grep -q -- "$1"; }	# REGEX of digits
stream_is_long() { [ "$(stat -c %s "$SIMEX_DIR/stream")" -gt "$1" ]; }	# BYTES
pings_heard() { grep -ao ping "$SIMEX_DIR/stream" | wc -l; }
