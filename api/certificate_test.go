package api_test

import (
	"bytes"
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"gorm.io/gorm"

	"danyuan/model"
	"danyuan/testkit"
	"danyuan/testkit/edge"
)

// bureau is a community with a volunteer who has served, and somebody who certifies it.
type bureau struct {
	*edge.Kit
	o             testkit.Org
	volunteer     model.Person
	holder, staff string
}

func newBureau(t *testing.T) *bureau {
	k := edge.New(t)
	b := &bureau{Kit: k, o: k.Org()}
	b.volunteer = k.Person(b.o.Unit, "张卫东", func(keys *model.Keys, p *model.Person) { p.SetIDNumber(keys, "340802195003070017") })
	b.holder = k.SignIn(b.volunteer)
	_, b.staff = k.Officer(model.CommunityStaff, b.o.Community, "陈社工")
	b.serve(b.volunteer, nil)
	return b
}

// serve stores a confirmed record of service, changed before.
func (b *bureau) serve(p model.Person, change func(h *model.Hours)) model.Hours {
	b.Helper()
	h := confirmed(b.Kit, p, b.o.Grid)
	if change != nil {
		change(&h)
	}
	b.Tx(func(tx *gorm.DB) error {
		return errors.Join(tx.Create(&h).Error, model.CountServices(tx, []model.Hours{h}))
	})
	return h
}

var march = map[string]string{"from": "2026-03-01", "to": "2026-03-05"}

type certificate struct{ ID, Number, Code, State string }

// issued asks for and issues a certificate, and gives its address.
func (b *bureau) issued() (string, certificate) {
	b.Helper()
	var c certificate
	b.Post(b.holder, "/v1/certificates", march).Expect(200).Into(&c)
	b.Post(b.staff, "/v1/certificates/"+c.ID+"/issue", nil).Expect(200).Into(&c)
	return "/v1/certificates/" + c.ID, c
}

func (b *bureau) verify(c certificate) edge.Answer {
	b.Helper()
	return b.Post("", "/v1/certificates/verify", map[string]string{"number": c.Number, "code": c.Code})
}

func TestCertificate_issuedIsNumberedVerifiesAndCanBeTakenAway(t *testing.T) {
	b := newBureau(t)
	var asked certificate
	b.Post(b.holder, "/v1/certificates", march).Expect(200).Has("张卫东", `"title":"待出具"`).Into(&asked)
	address := "/v1/certificates/" + asked.ID
	b.Get(b.staff, "/v1/notices").Expect(200).Has("有新的服务证明申请").HasNot("张卫东")
	list := path("/v1/nodes/%d/certificates", b.o.Community.ID)
	b.Get(b.staff, list+"?state=asked").Expect(200).Has("张**").HasNot("张卫东")
	b.Get(b.holder, address+"/pdf").Refused(409, "certificate.not_issued")

	var c certificate
	b.Post(b.staff, address+"/issue", nil).Expect(200).Into(&c)
	if want := fmt.Sprintf("ZY-%d-2026-000001", b.o.Community.ID); c.Number != want || len(c.Code) != 8 {
		t.Fatalf("%+v, want number %s", c, want)
	}
	b.Get(b.holder, "/v1/notices").Expect(200).Has("服务证明已出具", c.Number)
	b.Get(b.holder, "/v1/certificates/mine").Expect(200).Has(c.Number, c.Code, "张卫东")
	b.Get(b.holder, "/v1/me/data").Expect(200).Has(c.Number)
	b.Get(b.staff, address).Expect(200).Has("张**", c.Code)
	b.Get(b.staff, list).Expect(200).Has(c.Number).HasNot(c.Code)

	b.verify(c).Expect(200).Has(`"genuine":true`, `"revoked":false`, "张**", "先锋社区", `"minutes":90`, `"services":1`, "2026-03-01").HasNot("张卫东", "340802195003070017", "清扫", c.Code)
	wrong := b.verify(certificate{Number: c.Number, Code: "AAAAAAAA"}).Expect(200).Has(`"genuine":false`).HasNot("张", "先锋")
	unknown := b.verify(certificate{Number: strings.Replace(c.Number, "000001", "000002", 1), Code: c.Code}).Expect(200)
	if !bytes.Equal(wrong.Body, unknown.Body) {
		t.Fatalf("a wrong code and an unknown number differ: %s and %s", wrong.Body, unknown.Body)
	}

	pdf := b.Get(b.holder, address+"/pdf").Expect(200)
	if !bytes.HasPrefix(pdf.Body, []byte("%PDF-")) || len(pdf.Body) > 150_000 {
		t.Errorf("%d bytes that begin with %.8q", len(pdf.Body), pdf.Body)
	}
	for name, want := range map[string]string{
		"Content-Type": "application/pdf", "Cache-Control": "private, no-store", "X-Content-Type-Options": "nosniff",
		"Content-Disposition": "attachment; filename*=UTF-8''%E5%BF%97%E6%84%BF%E6%9C%8D%E5%8A%A1%E8%AE%B0%E5%BD%95%E8%AF%81%E6%98%8E-" + c.Number + ".pdf",
	} {
		if got := pdf.Header.Get(name); got != want {
			t.Errorf("%s: %q, want %q", name, got, want)
		}
	}
	if again := b.Get(b.staff, address+"/pdf").Expect(200); !bytes.Equal(again.Body, pdf.Body) {
		t.Error("another file the second time")
	}
	_, auditor := b.Officer(model.Auditor, b.o.Community, "周审计")
	b.Get(auditor, path("/v1/nodes/%d/audit", b.o.Community.ID)).Expect(200).Has("certificate.ask", "certificate.issued", "certificate.read").HasNot(c.Code)
}

func TestCertificate_whatItSaysIsNotChangedByWhatComesLater(t *testing.T) {
	b := newBureau(t)
	address, c := b.issued()
	before := b.Get(b.holder, address+"/pdf").Expect(200)
	b.serve(b.volunteer, func(h *model.Hours) { h.StartsAt = h.StartsAt.Add(3 * time.Hour) })
	b.Tx(func(tx *gorm.DB) error {
		for record, set := range map[any]map[string]any{
			&model.Hours{}:  {"minutes": 1, "content": "别的", "evaluation": ""},
			&model.Person{}: {"name": "张改名", "node_id": b.o.ForeignUnit.ID},
			&model.Node{}:   {"name": "新名"},
		} {
			if err := tx.Model(record).Where("id > 0").Updates(set).Error; err != nil {
				return err
			}
		}
		return nil
	})
	if after := b.Get(b.holder, address+"/pdf").Expect(200); !bytes.Equal(before.Body, after.Body) {
		t.Error("the paper has changed")
	}
	b.verify(c).Expect(200).Has(`"minutes":90`, "先锋社区").HasNot("新名")
	b.Get(b.staff, address+"/pdf").Expect(200)
}

func TestCertificate_revokedVerifiesAsRevokedAndIsGivenOutNoMore(t *testing.T) {
	b := newBureau(t)
	address, c := b.issued()
	b.Move(time.Hour)
	b.Post(b.staff, address+"/revoke", because).Expect(200).Has(`"state":"revoked"`, "材料不齐")
	b.verify(c).Expect(200).Has(`"genuine":true`, `"revoked":true`, `"revoked_at":"2026-03-05T10:00:00+08:00"`).HasNot("材料不齐")
	b.verify(certificate{Number: c.Number, Code: "AAAAAAAA"}).Expect(200).Has(`"genuine":false`, `"revoked":false`)
	b.Get(b.holder, address+"/pdf").Refused(409, "certificate.revoked")
	b.Get(b.staff, address+"/pdf").Refused(409, "certificate.revoked")
	b.Get(b.holder, "/v1/notices").Expect(200).Has("服务证明已撤销", "材料不齐")
	b.Post(b.holder, "/v1/certificates", march).Expect(200)
}

func TestCertificate_askedForIsRefused(t *testing.T) {
	b := newBureau(t)
	ask := func(from, to string) edge.Answer {
		return b.Post(b.holder, "/v1/certificates", map[string]string{"from": from, "to": to})
	}
	for _, days := range [][2]string{{"2026-03-05", "2026-03-01"}, {"2026-03-01", "2026-03-06"}, {"2026-02-30", "2026-03-05"}, {"2015-01-01", "2026-03-05"}, {"0000-00-00", "2026-03-05"}, {"2026-03-01", "9999-99-99"}} {
		ask(days[0], days[1]).Refused(422, "certificate.period_invalid")
	}
	ask("2026-3-1", "2026-03-05").Refused(422, "http.invalid")
	ask("2026-03-04", "2026-03-05").Refused(409, "certificate.no_service")
	b.Post("", "/v1/certificates", march).Refused(401, "session.required")
	b.Post(b.Stranger("x"), "/v1/certificates", march).Refused(403, "binding.required")
	b.Post(b.SignIn(b.Person(b.o.Unit, "李小梅")), "/v1/certificates", march).Refused(409, "certificate.no_service")
	homeless := b.Person(b.o.Street, "街道人")
	b.serve(homeless, nil)
	b.Post(b.SignIn(homeless), "/v1/certificates", march).Refused(409, "certificate.no_community")
	ask("2026-03-03", "2026-03-03").Expect(200)
	ask("2026-03-03", "2026-03-03").Refused(409, "certificate.open_already")
}

func TestCertificate_moreServicesThanAPaperHoldsAreRefused(t *testing.T) {
	b := newBureau(t)
	b.Tx(func(tx *gorm.DB) error {
		for i := range model.MostServices {
			h := confirmed(b.Kit, b.volunteer, b.o.Grid)
			h.StartsAt = h.StartsAt.Add(time.Duration(i-model.MostServices) * 2 * time.Hour)
			if err := tx.Create(&h).Error; err != nil {
				return err
			}
		}
		return nil
	})
	year := map[string]string{"from": "2026-01-01", "to": "2026-03-05"}
	b.Post(b.holder, "/v1/certificates", year).Refused(409, "certificate.too_many_services")
	b.Tx(func(tx *gorm.DB) error {
		return tx.Where("id = (SELECT MIN(id) FROM (SELECT id FROM hours) AS h)").Delete(&model.Hours{}).Error
	})
	var c certificate
	b.Post(b.holder, "/v1/certificates", year).Expect(200).Into(&c)
	b.Post(b.staff, "/v1/certificates/"+c.ID+"/issue", nil).Expect(200)
	b.Get(b.holder, "/v1/certificates/"+c.ID+"/pdf").Expect(200)
}

func TestCertificate_unconfirmedServicesAreNotOnIt(t *testing.T) {
	b := newBureau(t)
	for _, state := range []model.HoursState{model.HoursOpen, model.HoursClaimed, model.HoursRefused, model.HoursVoid} {
		b.serve(b.volunteer, func(h *model.Hours) { h.State = state })
	}
	_, c := b.issued()
	b.verify(c).Expect(200).Has(`"services":1`, `"minutes":90`)
}

func TestCertificate_theWrongPersonFindsNothing(t *testing.T) {
	b := newBureau(t)
	var asked certificate
	b.Post(b.holder, "/v1/certificates", march).Expect(200).Into(&asked)
	address := "/v1/certificates/" + asked.ID
	neighbour := b.SignIn(b.Person(b.o.Unit, "李小梅"))
	_, foreign := b.Officer(model.CommunityStaff, b.o.OtherCommunity, "外社工")
	_, chief := b.Officer(model.UnitChief, b.o.Unit, "王建国")
	bodies := map[string]any{"issue": nil, "refuse": because, "revoke": because}
	for verb, body := range bodies {
		b.Post(foreign, address+"/"+verb, body).Refused(404, "certificate.not_found")
		b.Post(b.staff, "/v1/certificates/999999/"+verb, body).Refused(404, "certificate.not_found")
		b.Post(chief, address+"/"+verb, body).Refused(403, "role.not_allowed")
		b.Post(b.holder, address+"/"+verb, body).Refused(403, "role.not_allowed")
	}
	for _, token := range []string{neighbour, foreign, chief, b.staff} {
		b.Post(token, address+"/withdraw", nil).Refused(404, "certificate.not_found")
	}
	b.Post(b.staff, address+"/issue", nil).Expect(200)
	for _, token := range []string{neighbour, foreign, chief} {
		b.Get(token, address).Refused(404, "certificate.not_found")
		b.Get(token, address+"/pdf").Refused(404, "certificate.not_found")
		b.Get(token, "/v1/certificates/mine").Expect(200).Has(`"items":[]`)
	}
	b.Get(foreign, path("/v1/nodes/%d/certificates", b.o.Community.ID)).Refused(404, "node.not_found")
	b.Get(b.holder, "/v1/certificates/999999/pdf").Refused(404, "certificate.not_found")
}

func TestCertificate_nobodyIssuesTheirOwn(t *testing.T) {
	b := newBureau(t)
	b.Appoint(b.volunteer, model.CommunitySecretary, b.o.Community)
	own := b.SignIn(b.volunteer)
	var c certificate
	b.Post(own, "/v1/certificates", march).Expect(200).Into(&c)
	address := "/v1/certificates/" + c.ID
	b.Post(own, address+"/issue", nil).Refused(403, "certificate.own")
	b.Post(own, address+"/refuse", because).Refused(403, "certificate.own")
	b.Post(b.staff, address+"/issue", nil).Expect(200)
	b.Post(own, address+"/revoke", because).Refused(403, "certificate.own")
}

func TestCertificate_aServiceTakenBackBeforeItIsIssuedIsMissed(t *testing.T) {
	b := newBureau(t)
	var c certificate
	b.Post(b.holder, "/v1/certificates", march).Expect(200).Into(&c)
	b.Tx(func(tx *gorm.DB) error {
		return tx.Model(&model.Hours{}).Where("id > 0").Update("state", model.HoursVoid).Error
	})
	b.Post(b.staff, "/v1/certificates/"+c.ID+"/issue", nil).Refused(409, "certificate.no_service")
	b.Post(b.staff, "/v1/certificates/"+c.ID+"/refuse", map[string]string{"reason": " "}).Refused(422, "text.empty")
	b.Post(b.staff, "/v1/certificates/"+c.ID+"/refuse", because).Expect(200)
	b.Get(b.holder, "/v1/notices").Expect(200).Has("服务证明未出具", "材料不齐")
}

func TestCertificate_everyMoveThatTheTableDoesNotNameIsRefused(t *testing.T) {
	verbs := map[model.CertificateState]string{model.CertificateIssued: "issue", model.CertificateRefused: "refuse", model.CertificateWithdrawn: "withdraw", model.CertificateRevoked: "revoke"}
	for _, from := range []model.CertificateState{model.CertificateAsked, model.CertificateIssued, model.CertificateRefused, model.CertificateWithdrawn, model.CertificateRevoked} {
		for to, verb := range verbs {
			t.Run(string(from)+" "+verb, func(t *testing.T) {
				b := newBureau(t)
				address, _ := b.issued()
				b.Tx(func(tx *gorm.DB) error {
					return tx.Model(&model.Certificate{}).Where("id > 0").Updates(map[string]any{"state": from, "number": nil}).Error
				})
				if to == model.CertificateRevoked {
					number := "ZY-1-2026-000001"
					b.Tx(func(tx *gorm.DB) error {
						return tx.Model(&model.Certificate{}).Where("id > 0").Update("number", &number).Error
					})
				}
				token, body := b.staff, map[string]any{"issue": nil, "refuse": because, "revoke": because, "withdraw": nil}[verb]
				if verb == "withdraw" {
					token = b.holder
				}
				if a := b.Post(token, address+"/"+verb, body); from.MayBecome(to) {
					a.Expect(200).Has(`"state":"` + string(to) + `"`)
				} else {
					a.Refused(409, "certificate.wrong_state").Has(from.Title())
				}
			})
		}
	}
}

func TestCertificate_numbersHaveNoGapsWhenManyAreIssuedAtOnce(t *testing.T) {
	b := newBureau(t)
	const n = 6
	var addresses []string
	for i := range n {
		p := b.Person(b.o.Unit, fmt.Sprintf("志愿者%d", i))
		b.serve(p, nil)
		var c certificate
		b.Post(b.SignIn(p), "/v1/certificates", march).Expect(200).Into(&c)
		addresses = append(addresses, "/v1/certificates/"+c.ID)
	}
	answers := make([]edge.Answer, 2*n) // each is issued by two at once
	b.Race(len(answers), func(i int) { answers[i] = b.Do(b.API, b.staff, "POST", addresses[i/2]+"/issue", nil) })
	numbers := map[string]bool{}
	for _, a := range answers {
		if a.Status == 200 {
			var c certificate
			a.Into(&c)
			numbers[c.Number] = true
		} else {
			a.Refused(409, "certificate.wrong_state")
		}
	}
	for i := 1; i <= n; i++ {
		if !numbers[fmt.Sprintf("ZY-%d-2026-%06d", b.o.Community.ID, i)] {
			t.Errorf("number %d is missing: %v", i, numbers)
		}
	}
}

func TestCertificate_askedTwiceAtOnceIsOne(t *testing.T) {
	b := newBureau(t)
	answers := make([]edge.Answer, 4)
	b.Race(len(answers), func(i int) { answers[i] = b.Do(b.API, b.holder, "POST", "/v1/certificates", march) })
	won := 0
	for _, a := range answers {
		if a.Status == 200 {
			won++
		} else {
			a.Refused(409, "certificate.open_already")
		}
	}
	if won != 1 {
		t.Fatalf("%d certificates", won)
	}
}

func TestCertificate_daysOfLongAgoAreRefusedOnEveryDatabase(t *testing.T) {
	k := edge.New(t)
	o := k.Org()
	token := k.SignIn(k.Person(o.Unit, "李小梅"))
	for _, days := range [][2]string{{"0000-01-01", "0000-01-01"}, {"0001-01-01", "0001-01-01"}, {"0000-02-30", "2026-01-01"}, {"1018-12-31", "1019-12-31"}} {
		k.Post(token, "/v1/certificates", body{"from": days[0], "to": days[1]}).Refused(422, "certificate.period_invalid")
	}
}
