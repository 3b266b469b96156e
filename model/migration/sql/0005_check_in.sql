-- +goose Up
CREATE TABLE IF NOT EXISTS work_units (
  id @id,
  name VARCHAR(80) NOT NULL,
  created_at @time NOT NULL,
  CONSTRAINT uq_work_units_name UNIQUE (name)
) @table;

CREATE TABLE IF NOT EXISTS check_ins (
  id @id,
  person_id BIGINT NOT NULL,
  community_id BIGINT NOT NULL,
  work_unit_id BIGINT NOT NULL,
  state @ascii(16) NOT NULL,
  applied_at @time NOT NULL,
  decided_at @time,
  decided_by_id BIGINT NOT NULL,
  ended_at @time,
  reason VARCHAR(200) NOT NULL,
  receipt_number @ascii(40),
  receipt_code @sealed,
  membership_before @sealed,
  open_person_id BIGINT,
  INDEX ix_check_ins_community (community_id, state, id),
  INDEX ix_check_ins_work_unit (work_unit_id, state),
  INDEX ix_check_ins_person (person_id, id),
  CONSTRAINT uq_check_ins_receipt UNIQUE (receipt_number),
  CONSTRAINT uq_check_ins_open UNIQUE (open_person_id),
  CONSTRAINT ck_check_ins_receipt_code CHECK (@is_sealed(receipt_code)),
  CONSTRAINT ck_check_ins_membership_before CHECK (@is_sealed(membership_before)),
  CONSTRAINT fk_check_ins_person FOREIGN KEY (person_id) REFERENCES persons (id),
  CONSTRAINT fk_check_ins_community FOREIGN KEY (community_id) REFERENCES nodes (id),
  CONSTRAINT fk_check_ins_work_unit FOREIGN KEY (work_unit_id) REFERENCES work_units (id)
) @table;
