package api_test

import (
	"testing"
	"time"

	"gorm.io/gorm"

	"danyuan/model"
	"danyuan/testkit"
)

// given reports a matter and has it given to the grid chief, whose appointment is told too.
func (w *ward) given() (matter, string) {
	w.Helper()
	m := w.report(w.volunteer, lamp(model.Named))
	w.do(w.secretary, &m, "give", "words", "单元长外出", "person_id", digits(w.gridChiefWho.ID)).Expect(200)
	var a model.Appointment
	w.Tx(func(tx *gorm.DB) error {
		return tx.Where("person_id = ? AND role = ?", w.gridChiefWho.ID, model.GridChief).Take(&a).Error
	})
	return m, idText(a.ID)
}

func (w *ward) seen(token string, m *matter) {
	w.Helper()
	id := m.ID
	*m = matter{}
	w.Get(token, "/v1/matters/"+id).Expect(200).Into(m)
}

func TestTakeBack_whatWasGivenGoesBackToTheDeskWhenTheRoleEnds(t *testing.T) {
	w := newWard(t)
	m, role := w.given()
	w.do(w.gridChief, &m, "accept").Expect(200)
	w.Get(w.chief, "/v1/matters/waiting").Expect(200).HasNot(m.ID)
	endRole(w.Kit, w.staff, role).Expect(200)
	w.WorkOff()
	w.wantMoves(m, "report", "reassign", "accept", "take_back")
	w.Get(w.chief, "/v1/matters/waiting").Expect(200).Has(m.ID)
	w.Get(w.chief, "/v1/notices").Expect(200).Has("原来的承办人已经不再任职")
	w.seen(w.chief, &m)
	if m.State != "reported" || m.Step != "chief" || m.Handler != "" || !m.DueAt.Equal(testkit.Start.Add(24*time.Hour)) {
		t.Errorf("%+v", m)
	}
	w.do(w.chief, &m, "accept").Expect(200)
	w.verified()
}

func TestTakeBack_whenItEndsByItsDate(t *testing.T) {
	w := newWard(t)
	m, role := w.given()
	endRole(w.Kit, w.staff, role, w.Clock.Now().Add(time.Hour)).Expect(200)
	w.WorkOff()
	w.wantMoves(m, "report", "reassign")
	w.Move(time.Hour)
	w.WorkOff()
	w.wantMoves(m, "report", "reassign", "take_back")
}

func TestTakeBack_goesUpWhereNobodyWorks(t *testing.T) {
	w := newWard(t)
	m, role := w.given()
	w.Tx(func(tx *gorm.DB) error {
		return tx.Model(&model.Appointment{}).Where("person_id = ?", w.chiefWho.ID).Update("ends_at", w.Clock.Now()).Error
	})
	endRole(w.Kit, w.staff, role).Expect(200)
	w.WorkOff()
	w.wantMoves(m, "report", "reassign", "take_back")
	w.Get(w.secretary, "/v1/matters/waiting").Expect(200).Has(m.ID)
	w.verified()
}

func TestTakeBack_whoHoldsAnotherOfficeInTheGridKeepsIt(t *testing.T) {
	w := newWard(t)
	m, role := w.given()
	w.Appoint(w.gridChiefWho, model.UnitChief, w.o.NextDoor)
	endRole(w.Kit, w.staff, role).Expect(200)
	w.WorkOff()
	w.wantMoves(m, "report", "reassign")
}

func TestTakeBack_whatIsAskedWaitsForTheAnswer(t *testing.T) {
	w := newWard(t)
	m, role := w.given()
	w.do(w.gridChief, &m, "ask", "words", "是几楼").Expect(200)
	endRole(w.Kit, w.staff, role).Expect(200)
	w.WorkOff()
	w.wantMoves(m, "report", "reassign", "ask")
	w.do(w.volunteer, &m, "answer", "words", "三楼").Expect(200)
	w.WorkOff()
	w.wantMoves(m, "report", "reassign", "ask", "answer", "take_back")
	w.verified()
}
