-- SPDX-License-Identifier: BSD-2-Clause
-- What pmsd keeps in PostgreSQL.  Creates what is missing, drops nothing; safe to run again.
--
-- Schema public holds the read models of the external contract, in the names and types the gateway's Prisma schema
-- gives them (quantities are double precision because their readers read them so).  Schema engine holds the truth.

SET client_min_messages = warning;

CREATE TABLE IF NOT EXISTS users (
	id text PRIMARY KEY, username text NOT NULL UNIQUE, password_hash text NOT NULL,
	role text NOT NULL DEFAULT 'USER', status text NOT NULL DEFAULT 'PENDING', api_key text UNIQUE,
	current_challenge text, created_at timestamp(3) NOT NULL DEFAULT CURRENT_TIMESTAMP, updated_at timestamp(3) NOT NULL);

CREATE TABLE IF NOT EXISTS sub_accounts (
	id text PRIMARY KEY,
	user_id text REFERENCES users ON DELETE SET NULL ON UPDATE CASCADE,
	routing_prefix text UNIQUE, name text NOT NULL, type text NOT NULL DEFAULT 'USER',
	initial_balance double precision NOT NULL, current_balance double precision NOT NULL,
	status text NOT NULL DEFAULT 'ACTIVE', liquidation_mode text NOT NULL DEFAULT 'ADL_30',
	maintenance_rate double precision NOT NULL DEFAULT 0.005,
	created_at timestamp(3) NOT NULL DEFAULT CURRENT_TIMESTAMP, updated_at timestamp(3) NOT NULL);
CREATE INDEX IF NOT EXISTS sub_accounts_user_id_status_idx ON sub_accounts (user_id, status);
CREATE INDEX IF NOT EXISTS sub_accounts_status_idx ON sub_accounts (status);

CREATE TABLE IF NOT EXISTS risk_rules (
	id text PRIMARY KEY,
	sub_account_id text UNIQUE REFERENCES sub_accounts ON DELETE SET NULL ON UPDATE CASCADE,
	is_global boolean NOT NULL DEFAULT false, max_leverage double precision NOT NULL DEFAULT 100,
	max_notional_per_trade double precision NOT NULL DEFAULT 200,
	max_total_exposure double precision NOT NULL DEFAULT 500,
	liquidation_threshold double precision NOT NULL DEFAULT 0.90);
CREATE INDEX IF NOT EXISTS risk_rules_is_global_idx ON risk_rules (is_global);

CREATE TABLE IF NOT EXISTS virtual_positions (
	id text PRIMARY KEY,
	sub_account_id text NOT NULL REFERENCES sub_accounts ON DELETE RESTRICT ON UPDATE CASCADE,
	symbol text NOT NULL, side text NOT NULL, entry_price double precision NOT NULL,
	quantity double precision NOT NULL, notional double precision NOT NULL, leverage double precision NOT NULL,
	margin double precision NOT NULL, liquidation_price double precision NOT NULL,
	status text NOT NULL DEFAULT 'OPEN', realized_pnl double precision,
	taken_over boolean NOT NULL DEFAULT false, taken_over_by text, taken_over_at timestamp(3),
	opened_at timestamp(3) NOT NULL DEFAULT CURRENT_TIMESTAMP, closed_at timestamp(3));
CREATE INDEX IF NOT EXISTS virtual_positions_sub_account_id_status_idx ON virtual_positions (sub_account_id, status);
CREATE INDEX IF NOT EXISTS virtual_positions_symbol_status_idx ON virtual_positions (symbol, status);
CREATE INDEX IF NOT EXISTS virtual_positions_sub_account_id_symbol_side_status_idx
	ON virtual_positions (sub_account_id, symbol, side, status);
CREATE UNIQUE INDEX IF NOT EXISTS idx_vp_one_open_per_symbol ON virtual_positions (sub_account_id, symbol)
	WHERE status = 'OPEN';

CREATE TABLE IF NOT EXISTS trade_executions (
	id text PRIMARY KEY,
	sub_account_id text NOT NULL REFERENCES sub_accounts ON DELETE RESTRICT ON UPDATE CASCADE,
	position_id text REFERENCES virtual_positions ON DELETE SET NULL ON UPDATE CASCADE,
	exchange_order_id text, client_order_id text, symbol text NOT NULL, side text NOT NULL, type text NOT NULL,
	price double precision NOT NULL, quantity double precision NOT NULL, notional double precision NOT NULL,
	fee double precision NOT NULL DEFAULT 0, realized_pnl double precision, action text NOT NULL,
	origin_type text NOT NULL DEFAULT 'MANUAL', status text NOT NULL DEFAULT 'FILLED', signature text NOT NULL,
	timestamp timestamp(3) NOT NULL DEFAULT CURRENT_TIMESTAMP);
CREATE INDEX IF NOT EXISTS trade_executions_sub_account_id_timestamp_idx
	ON trade_executions (sub_account_id, timestamp);
CREATE INDEX IF NOT EXISTS trade_executions_sub_account_id_status_timestamp_idx
	ON trade_executions (sub_account_id, status, timestamp);
CREATE INDEX IF NOT EXISTS trade_executions_sub_account_id_symbol_timestamp_idx
	ON trade_executions (sub_account_id, symbol, timestamp);
CREATE INDEX IF NOT EXISTS trade_executions_exchange_order_id_idx ON trade_executions (exchange_order_id);

CREATE TABLE IF NOT EXISTS balance_logs (
	id text PRIMARY KEY,
	sub_account_id text NOT NULL REFERENCES sub_accounts ON DELETE RESTRICT ON UPDATE CASCADE,
	balance_before double precision NOT NULL, balance_after double precision NOT NULL,
	change_amount double precision NOT NULL, reason text NOT NULL, trade_id text,
	timestamp timestamp(3) NOT NULL DEFAULT CURRENT_TIMESTAMP);
CREATE INDEX IF NOT EXISTS balance_logs_sub_account_id_timestamp_idx ON balance_logs (sub_account_id, timestamp);

CREATE TABLE IF NOT EXISTS pending_orders (
	id text PRIMARY KEY,
	sub_account_id text NOT NULL REFERENCES sub_accounts ON DELETE RESTRICT ON UPDATE CASCADE,
	client_order_id text UNIQUE, symbol text NOT NULL, side text NOT NULL, type text NOT NULL DEFAULT 'LIMIT',
	price double precision NOT NULL, quantity double precision NOT NULL, leverage double precision NOT NULL,
	exchange_order_id text, origin text NOT NULL DEFAULT 'MANUAL', parent_id text,
	status text NOT NULL DEFAULT 'PENDING', created_at timestamp(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
	filled_at timestamp(3), cancelled_at timestamp(3));
CREATE INDEX IF NOT EXISTS pending_orders_client_order_id_idx ON pending_orders (client_order_id);
CREATE INDEX IF NOT EXISTS pending_orders_exchange_order_id_idx ON pending_orders (exchange_order_id);
CREATE INDEX IF NOT EXISTS pending_orders_status_type_idx ON pending_orders (status, type);
CREATE INDEX IF NOT EXISTS pending_orders_sub_account_id_status_idx ON pending_orders (sub_account_id, status);

-- The truth.  Append only; one writer per stream: order/... orderd, account/... riskd, algo/... algod.

CREATE SCHEMA IF NOT EXISTS engine;

CREATE TABLE IF NOT EXISTS engine.events (
	seq bigserial PRIMARY KEY,
	stream text NOT NULL, version integer NOT NULL, type text NOT NULL,
	data jsonb NOT NULL,			-- decimals are strings
	meta jsonb NOT NULL,			-- cause, daemon, requestId, saga
	at timestamptz NOT NULL,
	UNIQUE (stream, version));
-- An entry written twice after a crash is recognised by its cause.
CREATE UNIQUE INDEX IF NOT EXISTS events_cause ON engine.events ((meta->>'cause'));
CREATE INDEX IF NOT EXISTS events_request ON engine.events ((meta->>'requestId'));

CREATE TABLE IF NOT EXISTS engine.snapshots (
	stream text NOT NULL, version integer NOT NULL, data jsonb NOT NULL, PRIMARY KEY (stream, version));

-- Every execution the exchange ever told, once.
CREATE TABLE IF NOT EXISTS engine.executions (
	symbol text NOT NULL, trade_id bigint NOT NULL, exchange_order_id bigint NOT NULL,
	clord_id text NOT NULL, sub_account_id text NOT NULL, side text NOT NULL,
	qty numeric NOT NULL, px numeric NOT NULL, fee numeric NOT NULL, fee_asset text NOT NULL,
	maker boolean NOT NULL, realized_pnl numeric NOT NULL, at timestamptz NOT NULL,
	PRIMARY KEY (symbol, trade_id, exchange_order_id));
CREATE INDEX IF NOT EXISTS executions_clord ON engine.executions (clord_id);

-- Up to which of the account's trades everything is known to be booked; '*' is since when that is so.
CREATE TABLE IF NOT EXISTS engine.cursors (
	symbol text PRIMARY KEY, trade_id bigint NOT NULL, since timestamptz NOT NULL);
