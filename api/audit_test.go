package api_test

import (
	"strconv"
	"testing"
	"time"

	"gorm.io/gorm"

	"danyuan/model"
	"danyuan/testkit/edge"
)

func entry(k *edge.Kit, node model.Node, user, person int64, action string) {
	k.Helper()
	k.Tx(func(tx *gorm.DB) error {
		return model.AddAudits(tx, []model.Audit{{At: k.Clock.Now(), UserID: user, PersonID: person, Action: action, NodeID: node.ID, Subject: "role", SubjectID: 5, Detail: "ended"}})
	})
}

func auditOf(n model.Node) string { return "/v1/nodes/" + strconv.FormatInt(n.ID, 10) + "/audit" }

func TestAudit_auditorReadsTheirSubtreeAndNothingElse(t *testing.T) {
	k := edge.New(t)
	o := k.Org()
	auditor, token := k.Officer(model.Auditor, o.Community, "周审计")
	entry(k, o.Unit, 1, auditor.ID, "in_unit")
	entry(k, o.Community, 1, 0, "in_community")
	entry(k, o.Street, 0, 0, "above")
	entry(k, o.ForeignUnit, 0, 0, "beside")
	k.Get(token, auditOf(o.Community)).Expect(200).HasNot("above", "beside").
		Has(`"who":"周审计"`, `"action":"in_unit"`, `"who":"未绑定的微信用户"`, `"at":"2026-03-05T09:00:00+08:00"`, `"detail":"ended"`)
	k.Get(token, auditOf(o.Unit)).Expect(200).Has("in_unit").HasNot("in_community")
	k.Get(token, auditOf(o.Street)).Refused(404, "node.not_found")
	k.Get(token, auditOf(o.ForeignUnit)).Refused(404, "node.not_found")
	k.Get(token, "/v1/nodes/999999/audit").Refused(404, "node.not_found")
	_, staff := k.Officer(model.CommunityStaff, o.Community, "小刘")
	k.Get(staff, auditOf(o.Community)).Refused(403, "role.not_allowed")
	k.Get("", auditOf(o.Community)).Refused(401, "session.required")
}

func TestAudit_whatPeopleDoWithTheirOwnIsFoundWhereTheyBelong(t *testing.T) {
	k := edge.New(t)
	o := k.Org()
	_, token := k.Officer(model.Auditor, o.Community, "周审计")
	resident := k.SignIn(k.Person(o.Unit, "王小明"))
	k.Post(resident, "/v1/notices/read-all", nil).Expect(200)
	k.Post(k.Stranger("stranger"), "/v1/logout", nil).Expect(200)
	k.Get(token, auditOf(o.Unit)).Expect(200).Has(`"notice.read_all"`, `"who":"王小明"`)
	k.Get(token, auditOf(o.Community)).Expect(200).Has(`"notice.read_all"`).HasNot(`"session.end"`)
}

func TestAudit_newestFirstPageByPage(t *testing.T) {
	k := edge.New(t)
	o := k.Org()
	_, token := k.Officer(model.DistrictAdmin, o.District, "区管理员")
	for _, action := range []string{"one", "two", "three"} {
		entry(k, o.Unit, 0, 0, action)
	}
	var page struct {
		Items []struct{ Action, Who string }
		Next  string
	}
	k.Get(token, auditOf(o.District)+"?limit=2").Expect(200).Into(&page)
	if len(page.Items) != 2 || page.Items[0].Action != "three" || page.Items[0].Who != "系统" {
		t.Fatalf("first page %+v", page)
	}
	k.Get(token, auditOf(o.District)+"?limit=2&cursor="+page.Next).Expect(200).Has(`"one"`).HasNot(`"two"`)
}

func TestAudit_headOfTheChainIsThereToBeNotedDown(t *testing.T) {
	k := edge.New(t)
	o := k.Org()
	_, token := k.Officer(model.DistrictAdmin, o.District, "区管理员")
	at := auditOf(o.District) + "-chain"
	entry(k, o.Unit, 0, 0, "one")
	k.Get(token, at).Expect(200).Has(`"linked":0`, `"head":""`).HasNot(`"waiting":0`)
	k.Move(time.Minute)
	if err := k.S.LinkAudits(k.Context()); err != nil {
		t.Fatal(err)
	}
	k.Get(token, at).Expect(200).Has(`"waiting":0`, `"linked_at":"2026-03-05T09:01:00+08:00"`).HasNot(`"linked":0`, `"head":""`)
}

// TestAudit_aChiefLearnsNothingOfWhatIsHiddenFromThem: neither in the audit of their unit, which others read, nor,
// where they are an auditor as well, of the places above.
func TestAudit_aChiefLearnsNothingOfWhatIsHiddenFromThem(t *testing.T) {
	c := newCrew(t)
	c.Appoint(c.chiefWho, model.Auditor, c.o.Community)
	chief := c.SignIn(c.chiefWho)
	_, auditor := c.Officer(model.Auditor, c.o.Community, "周审计")
	id := c.report(c.mei, but(says("单元长占了消防通道", "chief"), "photos", []string{c.UploadPhoto(c.mei)}))
	c.Post(c.secretary, "/v1/matters/"+id+"/resolve", map[string]any{"seen": 1, "words": "已经处理", "photos": []string{c.UploadPhoto(c.secretary)}}).Expect(200)
	for _, n := range []model.Node{c.o.Unit, c.o.Grid, c.o.Community} {
		c.Get(chief, auditOf(n)+"?limit=100").Expect(200).HasNot("matter.", "file.attach", id)
	}
	c.Get(auditor, auditOf(c.o.Unit)+"?limit=100").Expect(200).HasNot("matter.", "file.attach")
	c.Get(auditor, auditOf(c.o.Grid)+"?limit=100").Expect(200).Has("matter.report", "matter.resolve", "file.attach", "李小梅")
	c.report(c.mei, says("楼道灯坏了", "named"))
	c.Get(chief, auditOf(c.o.Unit)+"?limit=100").Expect(200).Has("matter.report", "李小梅")

	// Nor once they are chief no more.
	c.Move(time.Hour)
	c.Tx(func(tx *gorm.DB) error {
		return tx.Model(&model.Appointment{}).Where("person_id = ? AND role = ?", c.chiefWho.ID, model.UnitChief).Update("ends_at", c.Clock.Now()).Error
	})
	c.Move(time.Hour)
	former := c.SignIn(c.chiefWho)
	c.Get(former, auditOf(c.o.Grid)+"?limit=100").Expect(200).HasNot(id, "matter.resolve")
}
