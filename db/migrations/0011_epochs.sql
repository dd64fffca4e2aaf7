ALTER TABLE "charter"."audit_checkpoints" ADD COLUMN "raised" jsonb;--> statement-breakpoint
-- Stores the signature over what seal_next gave: {size, root, previous, epoch, at, key, signature, raised}. A checkpoint continues
-- the last, in its epoch; a raised epoch names the tree it replaces, which is larger or another one, and begins only once.
create or replace function charter.seal_sign(checkpoint jsonb, frontier text[]) returns void language plpgsql security definer
set search_path = pg_catalog, charter, pg_temp
as $$
declare
  signed charter.audit_checkpoints := jsonb_populate_record(null::charter.audit_checkpoints, checkpoint || '{"tenant": "main"}');
  tree charter.audit_tree;
  last bigint;
begin
  select * into strict tree from charter.audit_tree t where t.tenant = 'main' for update nowait;
  select max(e.leaf) + 1 into last from charter.audit_entries e where e.tenant = 'main';
  if signed.previous is distinct from tree.root or signed.size <= tree.size or signed.size is distinct from last
    or (signed.raised is null and signed.epoch is distinct from tree.epoch)
    or (signed.raised is not null and (signed.epoch <= tree.epoch or (signed.raised ->> 'epoch')::integer is distinct from signed.epoch - 1)) then
    raise exception 'This checkpoint does not continue the last one.' using errcode = 'check_violation';
  end if;
  insert into charter.audit_checkpoints select signed.*;
  update charter.audit_tree t set size = signed.size, root = signed.root, frontier = seal_sign.frontier, epoch = signed.epoch
    where t.tenant = 'main';
end
$$;
