package api_test

import (
	"fmt"
	"testing"
	"time"

	"gorm.io/gorm"

	"danyuan/model"
	"danyuan/service/ledger"
	"danyuan/testkit/edge"
)

type record struct {
	Services, Minutes int64
	Items             []struct {
		ID, Organiser, Content string
		Corrected              bool
	}
	Next string
}

var cleaning = map[string]any{"kind": "environment", "content": "清扫楼道", "place": "3栋", "starts_at": "2026-03-04T09:00:00+08:00", "ends_at": "2026-03-04T10:30:00+08:00"}

func TestRecord_confirmedServiceIsInItAndCorrectionShows(t *testing.T) {
	k := edge.New(t)
	o := k.Org()
	volunteer := k.SignIn(k.Person(o.Unit, "张卫东"))
	_, chief := k.Officer(model.UnitChief, o.Unit, "王建国")
	var h struct{ ID string }
	k.Post(volunteer, "/v1/hours", cleaning).Expect(200).Into(&h)
	k.Get(volunteer, "/v1/me/record").Expect(200).Has(`"services":0`, `"minutes":0`, `"items":[]`)
	k.Post(chief, "/v1/hours/"+h.ID+"/confirm", map[string]string{"evaluation": "认真负责"}).Expect(200)
	k.Get(volunteer, "/v1/me/record").Expect(200).
		Has("张卫东", `"services":1`, `"minutes":90`, "环境整治", "清扫楼道", "先锋社区第一网格3栋1单元", "认真负责", `"corrected":false`, `"first_at":"2026-03-04T09:00:00+08:00"`)

	var asked struct{ ID string }
	longer := map[string]any{"why": "结束时间填错了"}
	for name, value := range cleaning {
		longer[name] = value
	}
	longer["ends_at"] = "2026-03-04T11:00:00+08:00"
	k.Post(volunteer, "/v1/hours/"+h.ID+"/corrections", longer).Expect(200).Into(&asked)
	k.Post(chief, "/v1/corrections/"+asked.ID+"/grant", nil).Expect(200)
	k.Get(volunteer, "/v1/me/record").Expect(200).Has(`"minutes":120`, `"corrected":true`)
}

func TestRecord_redeemingAndMovingHouseLeaveItAsItIs(t *testing.T) {
	b := newBureau(t)
	before := b.Get(b.holder, "/v1/me/record").Expect(200)
	b.post(ledger.PointsIssued(b.o.Community.ID), ledger.PersonPoints(b.volunteer.ID), 15)
	b.post(ledger.PersonPoints(b.volunteer.ID), ledger.PointsRedeemed(b.o.Community.ID), 15)
	b.Tx(func(tx *gorm.DB) error {
		return tx.Model(&model.Person{}).Where("id = ?", b.volunteer.ID).Update("node_id", b.o.ForeignUnit.ID).Error
	})
	if after := b.Get(b.holder, "/v1/me/record").Expect(200); string(after.Body) != string(before.Body) {
		t.Errorf("%s became %s", before.Body, after.Body)
	}
}

func TestRecord_isReadInPagesWithTheSumsOfAll(t *testing.T) {
	b := newBureau(t)
	for i := range 4 {
		b.serve(b.volunteer, func(h *model.Hours) { h.StartsAt, h.Content = h.StartsAt.AddDate(0, 0, -i), fmt.Sprintf("第%d次", i) })
	}
	var first, second record
	b.Get(b.holder, "/v1/me/record?limit=3").Expect(200).Into(&first)
	b.Get(b.holder, "/v1/me/record?limit=3&cursor="+first.Next).Expect(200).Into(&second)
	if len(first.Items) != 3 || len(second.Items) != 2 || first.Services != 5 || second.Minutes != 450 || second.Next != "" {
		t.Errorf("%+v then %+v", first, second)
	}
	b.Get(b.holder, "/v1/me/record?cursor=x").Refused(422, "cursor.invalid")
}

func TestRecord_readByTheCommunityIsOnRecordAndByNobodyElse(t *testing.T) {
	b := newBureau(t)
	address := path("/v1/people/%d/record", b.volunteer.ID)
	_, foreign := b.Officer(model.CommunityStaff, b.o.OtherCommunity, "外社工")
	_, chief := b.Officer(model.UnitChief, b.o.Unit, "王建国")
	_, auditor := b.Officer(model.Auditor, b.o.Community, "周审计")
	b.Get("", "/v1/me/record").Refused(401, "session.required")
	b.Get(b.Stranger("x"), "/v1/me/record").Refused(403, "binding.required")
	b.Get("", address).Refused(401, "session.required")
	b.Get(b.holder, address).Refused(403, "role.not_allowed")
	b.Get(chief, address).Refused(403, "role.not_allowed")
	b.Get(foreign, address).Refused(404, "person.not_found")
	b.Get(b.staff, "/v1/people/999999/record").Refused(404, "person.not_found")
	log := path("/v1/nodes/%d/audit", b.o.Community.ID)
	b.Get(auditor, log).Expect(200).HasNot("record.read")
	b.Get(b.staff, address).Expect(200).Has("张卫东", `"minutes":90`)
	b.Get(auditor, log).Expect(200).Has("record.read")
}

// post moves an amount between two accounts of the ledger, now.
func (b *bureau) post(from, to ledger.Key, amount int64) {
	b.Helper()
	b.Tx(func(tx *gorm.DB) error {
		book, now := ledger.NewBook(), b.Clock.Now()
		if err := book.Open(tx, now, from, to); err != nil {
			return err
		}
		made := model.Transfer{ID: model.NewID(now), Kind: "test", Subject: "test", SubjectID: 1, At: now.Truncate(time.Second)}
		if err := book.Transfer(made, ledger.Leg{Key: from, Amount: -amount}, ledger.Leg{Key: to, Amount: amount}); err != nil {
			return err
		}
		return book.Write(tx)
	})
}
