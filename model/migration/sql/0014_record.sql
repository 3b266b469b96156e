-- +goose Up
CREATE TABLE IF NOT EXISTS certificates (
  id @id,
  person_id BIGINT NOT NULL,
  community_id BIGINT NOT NULL,
  state @ascii(12) NOT NULL,
  from_day @ascii(10) NOT NULL,
  to_day @ascii(10) NOT NULL,
  asked_at @time NOT NULL,
  decided_at @time,
  decided_by_id BIGINT NOT NULL,
  reason VARCHAR(200) NOT NULL,
  number @ascii(48),
  code @sealed,
  paper @file,
  revoked_at @time,
  revoked_by_id BIGINT NOT NULL,
  open_person_id BIGINT,
  INDEX ix_certificates_community (community_id, state, id),
  INDEX ix_certificates_person (person_id, id),
  CONSTRAINT uq_certificates_number UNIQUE (number),
  CONSTRAINT uq_certificates_open UNIQUE (open_person_id),
  CONSTRAINT ck_certificates_code CHECK (@is_sealed(code)),
  CONSTRAINT ck_certificates_paper CHECK (@is_sealed(paper)),
  CONSTRAINT fk_certificates_person FOREIGN KEY (person_id) REFERENCES persons (id),
  CONSTRAINT fk_certificates_community FOREIGN KEY (community_id) REFERENCES nodes (id)
) @table;

CREATE TABLE IF NOT EXISTS public_notices (
  id @id,
  community_id BIGINT NOT NULL,
  year INTEGER NOT NULL,
  quarter INTEGER NOT NULL,
  community_name VARCHAR(80) NOT NULL,
  published_at @time NOT NULL,
  published_by_id BIGINT NOT NULL,
  points_issued BIGINT NOT NULL,
  points_redeemed BIGINT NOT NULL,
  points_expired BIGINT NOT NULL,
  fen_spent BIGINT NOT NULL,
  volunteers BIGINT NOT NULL,
  services BIGINT NOT NULL,
  minutes BIGINT NOT NULL,
  redemptions BIGINT NOT NULL,
  INDEX ix_public_notices_community (community_id, id),
  CONSTRAINT uq_public_notices_quarter UNIQUE (community_id, year, quarter),
  CONSTRAINT fk_public_notices_community FOREIGN KEY (community_id) REFERENCES nodes (id)
) @table;

CREATE TABLE IF NOT EXISTS public_notice_lines (
  id @id,
  public_notice_id BIGINT NOT NULL,
  name VARCHAR(40) NOT NULL,
  reward VARCHAR(80) NOT NULL,
  points BIGINT NOT NULL,
  day @ascii(10) NOT NULL,
  INDEX ix_public_notice_lines_notice (public_notice_id, id),
  CONSTRAINT fk_public_notice_lines_notice FOREIGN KEY (public_notice_id) REFERENCES public_notices (id)
) @table;

CREATE TABLE IF NOT EXISTS objections (
  id @id,
  public_notice_id BIGINT NOT NULL,
  person_id BIGINT NOT NULL,
  state @ascii(12) NOT NULL,
  text @file,
  raised_at @time NOT NULL,
  answer VARCHAR(300) NOT NULL,
  answered_at @time,
  answered_by_id BIGINT NOT NULL,
  open_key @ascii(48),
  INDEX ix_objections_notice (public_notice_id, state, id),
  INDEX ix_objections_person (person_id, id),
  CONSTRAINT uq_objections_open UNIQUE (open_key),
  CONSTRAINT ck_objections_text CHECK (@is_sealed(text)),
  CONSTRAINT fk_objections_notice FOREIGN KEY (public_notice_id) REFERENCES public_notices (id),
  CONSTRAINT fk_objections_person FOREIGN KEY (person_id) REFERENCES persons (id)
) @table;
