package api_test

import (
	"testing"

	"gorm.io/gorm"

	"danyuan/model"
	"danyuan/testkit"
)

func TestMyData_isWholeAndMineOnly(t *testing.T) {
	k := testkit.New(t)
	o := k.Org()
	p := k.Person(o.Unit, "李小梅", whole)
	k.Person(o.Unit, "王大力", testkit.Phone("13900000099"))
	k.Appoint(p, model.UnitChief, o.Unit)
	k.Show(p, o.Unit)
	number := "YJ2026-000001"
	choir := "夕阳红合唱队"
	k.Tx(func(tx *gorm.DB) error {
		a := model.Association{NodeID: o.Unit.ID, Kind: model.ArtsAssociation, Name: choir, LeadID: p.ID, FoundedAt: k.Clock.Now()}
		if err := model.FoundAssociation(tx, &a); err != nil {
			return err
		}
		act := model.Activity{NodeID: o.Unit.ID, AssociationID: &a.ID, Kind: "culture", Title: "重阳节演出", Place: "广场", StartsAt: k.Clock.Now(), EndsAt: k.Clock.Now(), Audience: model.ForEverybody, MadeAt: k.Clock.Now()}
		if err := model.MakeActivity(tx, &act); err != nil {
			return err
		}
		return model.AddSignUp(tx, &model.SignUp{ActivityID: act.ID, PersonID: p.ID, State: model.Seated, Way: model.SignedBySelf, SignedAt: k.Clock.Now()})
	})
	k.Tx(func(tx *gorm.DB) error {
		w := model.WorkUnit{Name: "市第一中学", CreatedAt: k.Clock.Now()}
		if err := tx.Create(&w).Error; err != nil {
			return err
		}
		return tx.Create(&model.CheckIn{
			PersonID: p.ID, CommunityID: o.Community.ID, WorkUnitID: w.ID, State: model.CheckInAccepted, AppliedAt: k.Clock.Now(),
			ReceiptNumber: &number, ReceiptCode: "SECRET-CODE", OpenPersonID: &p.ID,
		}).Error
	})
	token := k.SignIn(p)
	k.Get(token, "/v1/me/data").Expect(200).Has(
		"13900000001", "34080319500131001X", "1950-01-31", "安徽省安庆市", `"membership":"member"`, `"room":"101"`,
		"单元长", `"way":"phone"`, "identity_display", "有事找我", "市第一中学", "先锋社区", number, choir, "重阳节演出", `"sessions":1`,
	).HasNot("13900000099", "王大力", "session-key")
}

func TestMyData_ofAUserWhoIsNobodyYet(t *testing.T) {
	k := testkit.New(t)
	user := k.Stranger("mei")
	k.Post(user, "/v1/bindings", proof("13900000001")).Expect(200)
	k.Get(user, "/v1/me/data").Expect(200).Has(`"open_id":"mei"`, `"unmatched"`, "13900000001", `"displays":[]`).HasNot(`"person"`)
	k.Get("", "/v1/me/data").Refused(401, "session.required")
}
