-- SPDX-License-Identifier: Apache-2.0
-- What stores have: users (of no store), stores, orders, customers, products, categories.
create table if not exists store_record (
    kind text not null,
    store_id text not null,
    id text not null,
    fields jsonb not null,
    updated_at timestamptz not null,
    primary key (kind, store_id, id)
);

create sequence if not exists store_order_number start 10001;
create sequence if not exists store_customer_number start 1;

-- What has been changed and not been told yet: written with the change, deleted when it is published.
create table if not exists store_event (
    id bigint generated always as identity primary key,
    audience text not null,
    event text not null,
    data text not null
);

create index if not exists store_event_audience on store_event (audience, id);
