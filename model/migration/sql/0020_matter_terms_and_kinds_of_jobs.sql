-- +goose Up
-- A unit's matters are few: its list is looked through, and only a community's texts have an index.
DELETE FROM matter_terms WHERE scope_id IN (SELECT id FROM nodes WHERE kind <> 'community');

-- Each crew looks for its own kinds, however many of the other's wait.
@index(ix_jobs_kind ON jobs (state, kind, due_at));
