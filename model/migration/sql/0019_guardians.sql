-- +goose Up
-- Who is the guardian of somebody under 14: the community confirms it, and the guardian agrees to the rules
-- for children's data. Only with both may the child's data be worked with.
CREATE TABLE IF NOT EXISTS guardianships (
  id @id,
  child_id BIGINT NOT NULL,
  guardian_id BIGINT NOT NULL,
  relation @ascii(16) NOT NULL,
  state @ascii(16) NOT NULL,
  consent_id BIGINT,
  made_at @time NOT NULL,
  made_by_id BIGINT NOT NULL,
  confirmed_at @time,
  confirmed_by_id BIGINT NOT NULL,
  ended_at @time,
  ended_by_id BIGINT NOT NULL,
  reason VARCHAR(200) NOT NULL,
  open_key @ascii(44),
  INDEX ix_guardianships_child (child_id, id),
  INDEX ix_guardianships_guardian (guardian_id, id),
  INDEX ix_guardianships_ended (state, ended_at),
  CONSTRAINT uq_guardianships_open UNIQUE (open_key),
  CONSTRAINT fk_guardianships_child FOREIGN KEY (child_id) REFERENCES persons (id),
  CONSTRAINT fk_guardianships_guardian FOREIGN KEY (guardian_id) REFERENCES persons (id),
  CONSTRAINT fk_guardianships_consent FOREIGN KEY (consent_id) REFERENCES consents (id)
) @table;

INSERT INTO consent_texts (purpose, version, text, starts_at)
SELECT 'children', 1, '未满14周岁孩子的个人信息处理规则。我是孩子的父母或其他监护人,同意社区为孩子参加社区服务而保存和使用:姓名、住址、出生日期,登记过的手机号和身份证号,以及孩子参加的活动、志愿服务、积分和上报的事。手机号、身份证号和出生日期加密保存,只有确有需要的社区工作人员能看到,每次查看都有记录;不公开展示,不提供给社区以外的人。我可以随时查看和下载孩子的信息,要求更正,撤回同意,删除孩子的信息:撤回后孩子的账号、展示、没有开始的活动报名和没有确认的服务记录立即结束,也不再办理新的;已经确认的服务记录和积分账本依规定保留。孩子满14周岁那天,我的同意和查看自动结束,以后由孩子自己决定。', '2020-01-01 00:00:00'
WHERE NOT EXISTS (SELECT 1 FROM consent_texts WHERE purpose = 'children' AND version = 1);

INSERT INTO consent_texts (purpose, version, text, starts_at)
SELECT 'phone_binding', 2, '同意使用微信绑定的手机号与社区名册核对,用于确认您是哪一户的居民。手机号加密保存,只有确有需要的社区工作人员能看到完整号码,每次查看都有记录;您可以随时解除绑定。我已满14周岁;没有满的,父母或其他监护人已经在小程序的“我的孩子”里同意。', '2020-01-01 00:00:00'
WHERE NOT EXISTS (SELECT 1 FROM consent_texts WHERE purpose = 'phone_binding' AND version = 2);
