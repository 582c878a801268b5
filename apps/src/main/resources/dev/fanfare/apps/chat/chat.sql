-- SPDX-License-Identifier: Apache-2.0
create table if not exists chat_user (
    id text primary key,
    email text not null unique,
    role text not null default 'member',
    created_at timestamptz not null default now()
);

-- A session is what the cookie stands for. Deleting a row revokes it.
create table if not exists chat_session (
    token_hash text primary key,
    user_id text not null references chat_user (id) on delete cascade,
    created_at timestamptz not null default now(),
    expires_at timestamptz not null
);

create index if not exists chat_session_user on chat_session (user_id);
create index if not exists chat_session_expires on chat_session (expires_at);
