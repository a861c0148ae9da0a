#!/bin/sh
# Makes the shop's database, its user and its table; what is there already stays.
# PASSWORD: the user's password
set -eu

# The password is in the environment, not in an argument that others could see.
runuser -u postgres -- psql --no-psqlrc --quiet --set ON_ERROR_STOP=1 <<'END'
\getenv password PASSWORD
SELECT 'CREATE ROLE shop LOGIN' WHERE NOT EXISTS (SELECT FROM pg_roles WHERE rolname = 'shop') \gexec
ALTER ROLE shop PASSWORD :'password';
SELECT 'CREATE DATABASE shop OWNER shop' WHERE NOT EXISTS (SELECT FROM pg_database WHERE datname = 'shop') \gexec
\connect shop
SET ROLE shop;
SET client_min_messages = warning;
CREATE TABLE IF NOT EXISTS greetings (id integer PRIMARY KEY, text text NOT NULL);
INSERT INTO greetings VALUES (1, 'Hello from the database') ON CONFLICT DO NOTHING;
END
