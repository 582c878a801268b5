-- SPDX-License-Identifier: Apache-2.0
create table if not exists public.kyc_status (
    user_id text primary key,
    status text,
    verification_level text,
    updated_at timestamptz
);

-- The time of a change, unless the change says another.
create or replace function public.kyc_status_touch() returns trigger language plpgsql as $$
begin
    if tg_op = 'INSERT' then
        new.updated_at := coalesce(new.updated_at, clock_timestamp());
    elsif new.updated_at is not distinct from old.updated_at then
        new.updated_at := clock_timestamp();
    end if;
    return new;
end
$$;

create or replace trigger kyc_status_touch before insert or update on public.kyc_status
    for each row execute function public.kyc_status_touch();

insert into public.kyc_status (user_id, status, verification_level) values
    ('alice', 'pending', 'basic'),
    ('bob', 'verified', 'intermediate'),
    ('carol', 'rejected', 'basic')
on conflict do nothing;
