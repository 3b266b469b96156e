package api_test

import (
	"strconv"
	"time"

	"gorm.io/gorm"

	"danyuan/model"
	"danyuan/testkit"
	"danyuan/testkit/edge"
)

// confirmed is a record of service, two days before every test begins.
func confirmed(k *edge.Kit, p model.Person, at model.Node) model.Hours {
	k.Helper()
	start := testkit.Start.AddDate(0, 0, -2)
	end, decided := start.Add(90*time.Minute), start.Add(24*time.Hour)
	h := model.Hours{
		PersonID: p.ID, Source: model.FromLog, NodeID: at.ID, Kind: "environment", Content: "清扫楼道", Place: "3栋",
		StartsAt: start, EndsAt: &end, Minutes: 90, State: model.HoursConfirmed, DecidedByID: p.ID, DecidedAt: &decided,
		Evaluation: "认真负责", Points: 15, CreatedAt: end,
	}
	return h
}

// served stores one of a person in the unit.
func (w *world) served(p model.Person) {
	w.Helper()
	h := confirmed(w.Kit, p, w.Unit)
	w.add(&h)
}

// certificate gives one of the resident's from the community.
func (w *world) certificate(state model.CertificateState) string {
	w.Helper()
	w.served(w.Resident)
	c := model.Certificate{PersonID: w.Resident.ID, CommunityID: w.Community.ID, FromDay: "2026-03-01", ToDay: "2026-03-05", AskedAt: testkit.Start}
	w.Tx(func(tx *gorm.DB) error {
		if err := model.AskCertificate(tx, &c); err != nil || state == model.CertificateAsked {
			return err
		}
		if err := model.MoveCertificate(tx, &c, state, w.Neighbour.ID, "", testkit.Start); err != nil {
			return err
		}
		return model.FreezeCertificate(tx, c.ID, w.Community, model.CertificateText{Holder: w.Resident.Name, Issuer: w.Community.Name, Services: 1, Minutes: 90}, testkit.Start)
	})
	return digits(c.ID)
}

// publicNotice gives the community's of a quarter long ago.
func (w *world) publicNotice() string {
	w.Helper()
	if made, ok := w.things["public-notices/{id}"]; ok {
		return made
	}
	n := model.PublicNotice{CommunityID: w.Community.ID, Year: 2025, Quarter: 1, CommunityName: w.Community.Name, PublishedAt: testkit.Start}
	w.Tx(func(tx *gorm.DB) error {
		return model.AddPublicNotice(tx, &n, []model.PublicNoticeLine{{Name: "张**", Reward: "大米", Points: 300, Day: "2025-03-02"}})
	})
	return digits(n.ID)
}

// objection gives the resident's to it.
func (w *world) objection() string {
	w.Helper()
	notice, _ := strconv.ParseInt(w.publicNotice(), 10, 64)
	o := model.Objection{PublicNoticeID: notice, PersonID: w.Resident.ID, Text: "日期不对", RaisedAt: testkit.Start}
	w.Tx(func(tx *gorm.DB) error { return model.RaiseObjection(tx, &o) })
	return digits(o.ID)
}

// rectification gives one that the resident has asked for.
func (w *world) rectification() string {
	w.Helper()
	r := model.Rectification{PersonID: w.Resident.ID, What: "phone", Words: "手机号换了", AskedAt: testkit.Start}
	w.Tx(func(tx *gorm.DB) error { return model.AskRectification(tx, &r) })
	return digits(r.ID)
}
