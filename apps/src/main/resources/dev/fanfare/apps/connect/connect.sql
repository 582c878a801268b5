-- SPDX-License-Identifier: Apache-2.0
create table if not exists connect_session (
    id text primary key,
    token_hash text not null,
    status text not null,
    invitation_url text not null,
    created_at timestamptz not null,
    updated_at timestamptz not null,
    expires_at timestamptz not null
);

create index if not exists connect_session_expires on connect_session (expires_at);

-- What has been delivered, so that a webhook that comes twice counts once.
create table if not exists connect_delivery (
    delivery_id text primary key,
    session_id text not null references connect_session (id) on delete cascade,
    status text not null,
    received_at timestamptz not null
);

create index if not exists connect_delivery_session on connect_delivery (session_id);
