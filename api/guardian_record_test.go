package api_test

import (
	"errors"
	"testing"
	"time"

	"gorm.io/gorm"

	"danyuan/model"
	"danyuan/testkit"
)

// served gives confirmed hours of the child.
func (f *family) served() (url string) {
	f.Helper()
	start, end := testkit.Start.Add(-26*time.Hour), testkit.Start.Add(-25*time.Hour)
	h := model.Hours{
		PersonID: f.kid.ID, Source: model.FromLog, NodeID: f.Unit.ID, Kind: "environment", Content: "打扫楼道", Place: "门前", StartsAt: start, EndsAt: &end, Minutes: 60,
		State: model.HoursConfirmed, InWay: model.BySelf, OutWay: model.BySelf, CreatedAt: testkit.Start,
	}
	f.Tx(func(tx *gorm.DB) error {
		return errors.Join(tx.Create(&h).Error, model.CountServices(tx, []model.Hours{h}))
	})
	return path("/v1/hours/%d", h.ID)
}

func TestGuardian_whoWithdrawsEndsWorkingWithTheChildsRecord(t *testing.T) {
	f := newFamily(t)
	g := f.agreed()
	url := f.served()
	var asked, certificate struct{ ID string }
	f.Post(f.child, url+"/corrections", right(onDay(3, "07:00", "09:00"))).Expect(200).Into(&asked)
	f.Post(f.child, "/v1/certificates", map[string]any{"from": "2026-03-01", "to": "2026-03-05"}).Expect(200).Into(&certificate)
	f.Post(f.mother, "/v1/guardianships/"+g.ID+"/withdraw", nil).Expect(200)
	f.Post(f.staff, "/v1/corrections/"+asked.ID+"/grant", nil).Refused(409, "guardian.child_without_consent")
	f.Post(f.staff, "/v1/corrections/"+asked.ID+"/refuse", reasoned("监护人已经撤回同意")).Expect(200)
	f.Post(f.staff, url+"/corrections", right(onDay(3, "07:00", "09:00"))).Refused(409, "guardian.child_without_consent")
	f.Post(f.staff, "/v1/certificates/"+certificate.ID+"/issue", nil).Refused(409, "guardian.child_without_consent")

	// What is wrong the guardian may have put right also now.
	f.Post(f.mother, url+"/corrections", right(onDay(3, "07:00", "09:00"))).Expect(200).Into(&asked)
	f.Post(f.staff, "/v1/corrections/"+asked.ID+"/grant", nil).Expect(200)

	f.Post(f.mother, "/v1/guardianships/"+g.ID+"/agree", map[string]any{"consent_version": 1}).Expect(200)
	f.Post(f.staff, "/v1/certificates/"+certificate.ID+"/issue", nil).Expect(200)
	f.Post(f.staff, url+"/corrections", right(onDay(3, "07:00", "08:00"))).Expect(200)
}

func TestGuardian_ofALogThatAChildHasFiledIsWaitedFor(t *testing.T) {
	f := newFamily(t)
	f.Post(f.staff, path("/v1/people/%d/correct", f.kid.ID), map[string]any{"what": "birth_date", "value": "2010-05-01", "reason": "先登记错了"}).Expect(200)
	filed := func(from, until string) string {
		var h struct{ ID string }
		f.Post(f.staff, path("/v1/people/%d/hours", f.kid.ID), onDay(3, from, until)).Expect(200).Into(&h)
		return "/v1/hours/" + h.ID
	}
	changed, confirmed := filed("09:00", "10:00"), filed("10:00", "11:00")
	_, secretary := f.Officer(model.CommunitySecretary, f.Community, "吴书记")
	f.Post(f.staff, path("/v1/people/%d/correct", f.kid.ID), map[string]any{"what": "birth_date", "value": "2016-05-01", "reason": "按户口簿改正"}).Expect(200)
	f.Post(f.staff, changed+"/change", onDay(3, "09:00", "09:40")).Refused(409, "guardian.child_without_consent")
	f.Post(secretary, confirmed+"/confirm", map[string]any{}).Refused(409, "guardian.child_without_consent")
	f.agreed()
	f.Post(f.staff, changed+"/change", onDay(3, "09:00", "09:40")).Expect(200)
	f.Post(secretary, confirmed+"/confirm", map[string]any{}).Expect(200)
}
