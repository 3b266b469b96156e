package demo

import (
	"context"
	"fmt"
	"math/rand/v2"
	"slices"
	"time"

	"gorm.io/gorm"

	"danyuan/model"
)

// Matters of a filled district.
const (
	reportedOver  = 3 * 365 * 24 * time.Hour
	mattersAtOnce = 2000    // in one transaction
	termsAtOnce   = 200_000 // likewise
	seldomSaid    = 12      // how many matters of each community say SaidSeldom
)

// FillMatters adds so many matters to a district that Fill has filled: reported evenly over three years
// and over its communities, one in 66 still open, and of the others 80 in a hundred closed as satisfied,
// 17 unanswered, 3 withdrawn. Each has gone along the machine of model.MatterRules event by event, and
// none that is open is due within hours: time moves nothing while one looks on. progress hears how many
// are in, of how many.
func FillMatters(ctx context.Context, db *model.DB, n int, now time.Time, progress func(done, total int)) error {
	now = now.UTC().Truncate(time.Second)
	a, err := newArea(db.Read(ctx), now)
	if err != nil {
		return err
	}
	var terms []model.MatterTerm
	for first := 0; first < n; first += mattersAtOnce {
		b := batchOf{area: a}
		for i := first; i < min(first+mattersAtOnce, n); i++ {
			if err := b.add(i, n); err != nil {
				return err
			}
		}
		if err := db.Tx(ctx, b.write); err != nil {
			return err
		}
		terms = append(terms, b.terms...)
		progress(min(first+mattersAtOnce, n), n)
	}
	model.SortMatterTerms(terms)
	for some := range slices.Chunk(terms, termsAtOnce) {
		if err := db.Tx(ctx, func(tx *gorm.DB) error { return model.AddAll(tx, some) }); err != nil {
			return err
		}
	}
	return nil
}

// area is who lives and who serves in the district, and how long each step may take.
type area struct {
	now        time.Time
	scopes     [][]home // by community: its residents
	staff      map[int64]int64
	secretary  map[int64]int64 // of grids
	chief      map[int64]int64 // of units
	inGrid     map[int64][]int64
	handlers   map[int64][]model.Appointment // of grids: to whom matters of it can be given
	categories map[string]model.MatterCategory
	limits     map[string]map[model.Step]model.MatterLimit
}

// home is a resident with where they belong.
type home struct{ person, unit, grid, community int64 }

func newArea(h *gorm.DB, now time.Time) (*area, error) {
	a := &area{
		now: now, staff: map[int64]int64{}, secretary: map[int64]int64{}, chief: map[int64]int64{}, inGrid: map[int64][]int64{},
		handlers: map[int64][]model.Appointment{}, categories: map[string]model.MatterCategory{}, limits: map[string]map[model.Step]model.MatterLimit{},
	}
	if err := a.people(h); err != nil {
		return nil, err
	}
	if len(a.scopes) == 0 {
		return nil, ErrNoDivisions
	}
	all, err := model.MatterCategories(h, false)
	for _, c := range all {
		a.categories[c.Code], a.limits[c.Code] = c, map[model.Step]model.MatterLimit{}
		for _, s := range model.Steps {
			if err == nil {
				a.limits[c.Code][s.Step], err = model.MatterLimitOf(h, c.Code, s.Step)
			}
		}
	}
	return a, err
}

func (a *area) people(h *gorm.DB) error {
	var residents []model.Person
	if err := h.Select("id", "node_id").Where("household_id IS NOT NULL").Order("id").Find(&residents).Error; err != nil {
		return err
	}
	var roles []model.Appointment
	if err := h.Order("id").Find(&roles).Error; err != nil {
		return err
	}
	var nodes []int64
	for _, p := range residents {
		nodes = append(nodes, p.NodeID)
	}
	for _, r := range roles {
		nodes = append(nodes, r.NodeID)
	}
	places, err := model.PlacesOf(h, nodes...)
	if err != nil {
		return err
	}
	a.officers(roles, places)
	scope := map[int64]int{}
	for _, p := range residents {
		at := places[p.NodeID]
		if at.GridID == 0 {
			continue
		}
		i, known := scope[at.CommunityID]
		if !known {
			i = len(a.scopes)
			scope[at.CommunityID], a.scopes = i, append(a.scopes, nil)
		}
		a.scopes[i] = append(a.scopes[i], home{p.ID, p.NodeID, at.GridID, at.CommunityID})
		a.inGrid[at.GridID] = append(a.inGrid[at.GridID], p.ID)
	}
	return nil
}

func (a *area) officers(roles []model.Appointment, places map[int64]model.Place) {
	for _, r := range roles {
		switch r.Role {
		case model.UnitChief:
			a.chief[r.NodeID] = r.PersonID
		case model.BranchSecretary:
			a.secretary[r.NodeID] = r.PersonID
		case model.CommunityStaff:
			a.staff[r.NodeID] = r.PersonID
		default:
		}
		if grid := places[r.NodeID].GridID; grid != 0 && slices.Contains(model.GivenTo, r.Role) {
			a.handlers[grid] = append(a.handlers[grid], r)
		}
	}
}

// batchOf is what one transaction writes.
type batchOf struct {
	*area
	matters []model.Matter
	events  []model.MatterEvent
	answers []model.MatterAnswer
	joins   []model.MatterJoin
	terms   []model.MatterTerm
}

// add makes the i-th matter of n.
func (b *batchOf) add(i, n int) error {
	scope := b.scopes[i%len(b.scopes)]
	chance := rand.New(rand.NewPCG(340802, uint64(i))) //nolint:gosec // the same matters each time
	from := scope[chance.IntN(len(scope))]
	category := pick(chance, categoriesSaid)
	turn, every := i/len(b.scopes), max(1, n/len(b.scopes)/seldomSaid)
	said := saying(chance, category, turn%every == 0 && turn/every < seldomSaid)
	created := b.now.Add(-time.Duration(float64(reportedOver) * (1 - (float64(i)+chance.Float64())/float64(n)))).Truncate(time.Second)
	s, err := b.tell(from, category, said, created, chance)
	if err != nil {
		return fmt.Errorf("demo: matter %d: %w", i, err)
	}
	b.join(&s.m, chance)
	b.matters, b.events = append(b.matters, s.m), append(b.events, s.events...)
	b.terms = append(b.terms, s.m.Terms()...)
	return b.answer(s.m)
}

// join lets a few neighbours join one matter in twenty of those that may be offered to them.
func (b *batchOf) join(m *model.Matter, chance *rand.Rand) {
	neighbours := b.inGrid[m.GridID]
	if !b.categories[m.Category].Shared || m.Anonymity == model.HiddenFromChief || chance.IntN(20) > 0 || len(neighbours) < 5 {
		return
	}
	from := chance.IntN(len(neighbours))
	for k := range 1 + chance.IntN(4) {
		if p := neighbours[(from+k)%len(neighbours)]; p != m.ReporterID {
			b.joins = append(b.joins, model.MatterJoin{MatterID: m.ID, PersonID: p, JoinedAt: m.CreatedAt.Add(time.Duration(k+1) * time.Minute)})
			m.Joined++
		}
	}
}

// answer answers what must be answered: that nobody has to call first.
func (b *batchOf) answer(m model.Matter) error {
	c, given := b.categories[m.Category], map[int64]string{}
	for _, q := range c.Questions {
		if q.Required {
			given[q.Place] = "no"
		}
	}
	answers, err := c.Answered(given)
	for i := range answers {
		answers[i].MatterID = m.ID
	}
	b.answers = append(b.answers, answers...)
	return err
}

func (b *batchOf) write(tx *gorm.DB) error {
	return model.AddMatters(tx, b.matters, b.events, b.answers, b.joins)
}
