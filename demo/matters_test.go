package demo_test

import (
	"testing"

	"danyuan/demo"
	"danyuan/model"
	"danyuan/testkit"
)

func TestFillMatters_areWhatTheirEventsMakeThem(t *testing.T) {
	k := testkit.New(t)
	divisions(k, 1)
	plan := demo.Plan{Communities: 2, Grids: 6, Units: 20, Households: 150, Residents: 400, Members: 40, AlsoChief: 2}
	if err := demo.Fill(t.Context(), k.DB, plan, testkit.Start, func(int, int) {}); err != nil {
		t.Fatal(err)
	}
	const n = 2500
	if err := demo.FillMatters(t.Context(), k.DB, n, testkit.Start, func(int, int) {}); err != nil {
		t.Fatal(err)
	}
	h := k.DB.Read(t.Context())
	if _, err := model.MattersAstray(h, func(a model.Astray) { t.Errorf("matter %d: %s", a.ID, a.What) }); err != nil {
		t.Fatal(err)
	}
	var matters []model.Matter
	if err := h.Find(&matters).Error; err != nil {
		t.Fatal(err)
	}
	ended, open, communities, seldom := map[model.MatterOutcome]int{}, map[model.MatterState]int{}, map[int64]int{}, map[int64]int{}
	for _, m := range matters {
		communities[m.CommunityID]++
		if m.IsOpen {
			open[m.State]++
		} else {
			ended[m.Outcome]++
		}
		if m.LookAt != nil && m.LookAt.Sub(testkit.Start).Hours() < 2 {
			t.Errorf("matter %d is due at %s", m.ID, m.LookAt)
		}
		for _, term := range m.Terms() {
			if term == (model.MatterTerm{CommunityID: m.CommunityID, Term: model.Pairs(demo.SaidSeldom)[0], MatterID: m.ID}) {
				seldom[m.CommunityID]++
			}
		}
	}
	const ofTheCast = 4 // personas have reported those
	if len(matters) != n+ofTheCast || len(communities) != 2 || ended[model.MatterSatisfied] < n*7/10 || ended[model.MatterUnanswered] < n/10 || ended[""] < n/100 || len(open) < 3 {
		t.Errorf("%d matters, closed %v, open %v, in %v", len(matters), ended, open, communities)
	}
	for community, times := range seldom {
		if times != 12 {
			t.Errorf("community %d says it %d times", community, times)
		}
	}
	var events, terms, joins int64
	for _, c := range []struct {
		of   any
		n    *int64
		most int64
	}{{&model.MatterEvent{}, &events, 8 * n}, {&model.MatterTerm{}, &terms, 100 * n}, {&model.MatterJoin{}, &joins, n}} {
		if err := h.Model(c.of).Count(c.n).Error; err != nil || *c.n == 0 || *c.n > c.most {
			t.Errorf("%T: %d, %v", c.of, *c.n, err)
		}
	}
	if events < 7*n {
		t.Errorf("%d events", events)
	}
}
