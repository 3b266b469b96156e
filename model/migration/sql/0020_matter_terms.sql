-- +goose Up
-- A unit's matters are few: its list is looked through, and only a community's texts have an index.
DELETE FROM matter_terms WHERE scope_id IN (SELECT id FROM nodes WHERE kind <> 'community');
ALTER TABLE matter_terms RENAME COLUMN scope_id TO community_id;
