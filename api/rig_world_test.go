package api_test

import (
	"context"
	"fmt"
	"maps"
	"net/http"
	"slices"
	"testing"
	"time"

	"gorm.io/gorm"

	"danyuan/api"
	"danyuan/model"
	"danyuan/testkit"
	"danyuan/testkit/edge"
)

// world is a house with somebody of every kind in it, and one of every thing (fixtures, in
// rig_fixtures_test.go). The rigs that cover every route work in it.
type world struct {
	*edge.Kit
	testkit.Org
	Resident  model.Person // lives in Unit, bound, in-service member; the things that belong to somebody are theirs
	Neighbour model.Person // lives in Unit, too: whom officers act on
	callers   []caller
	things    map[string]string
	document  map[string]any // the OpenAPI description
	copied    func(t testing.TB) *edge.Kit
}

// standing is how a caller stands to the things of the world, all of which are in Unit.
type standing string

const (
	isNobody   standing = "nobody"
	isStranger standing = "a stranger"       // signed in, bound to nobody
	isResident standing = "a resident"       // of Unit
	isInside   standing = "inside"           // holds a role at Unit or above it
	isOutside  standing = "outside"          // holds the same role elsewhere
	isEnded    standing = "inside until now" // the role ended an hour ago
	isChild    standing = "a child"          // of Unit, under 14, for whom no guardian agrees
)

type caller struct {
	standing standing
	role     model.Role
	token    string
}

func (c caller) String() string {
	if c.role == "" {
		return string(c.standing)
	}
	return string(c.role) + " " + string(c.standing)
}

// may tells whether the route's "who" lets the caller in at all, and if not, with what it refuses.
func (c caller) may(who api.Who) (ok bool, status int, code string) {
	switch {
	case who == api.Anyone:
		return true, 0, ""
	case c.standing == isNobody:
		return false, http.StatusUnauthorized, "session.required"
	case who == api.SignedIn:
		return true, 0, ""
	case c.standing == isStranger:
		return false, http.StatusForbidden, "binding.required"
	case c.standing == isChild:
		return false, http.StatusForbidden, "guardian.consent_required"
	case who == api.Bound:
		return true, 0, ""
	case c.standing != isInside && c.standing != isOutside || !who.Action().AllowedTo(c.role):
		return false, http.StatusForbidden, "role.not_allowed"
	}
	return true, 0, ""
}

func newWorld(t testing.TB) *world {
	t.Helper()
	k := edge.New(t)
	w := &world{Kit: k, Org: k.Org(), things: map[string]string{}}
	w.Resident = k.Person(w.Unit, "张卫东", testkit.Phone("13900000001"), testkit.Membership(model.InServiceMember))
	w.Neighbour = k.Person(w.Unit, "李小梅", testkit.Phone("13900000002"), testkit.Membership(model.Member))
	w.callers = []caller{{standing: isNobody}, {isStranger, "", k.Stranger("stranger")}, {isResident, "", k.SignIn(w.Resident)}}
	w.callers = append(w.callers, caller{isChild, "", k.SignIn(k.Person(w.Unit, "赵小宝", testkit.Born("2015-01-01")))})
	far := k.Node(nil, model.District, "宜秀区")
	inside := map[model.NodeKind]model.Node{model.Unit: w.Unit, model.Grid: w.Grid, model.Community: w.Community, model.Street: w.Street, model.District: w.District}
	outside := map[model.NodeKind]model.Node{model.Unit: w.ForeignUnit, model.Grid: w.ForeignGrid, model.Community: w.OtherCommunity, model.Street: k.Node(&far, model.Street, "大桥街道"), model.District: far}
	for _, spec := range model.Roles {
		at := lowest(t, spec.At)
		w.callers = append(w.callers, w.officer(spec, isInside, inside[at], nil), w.officer(spec, isOutside, outside[at], nil))
		over := testkit.Start.Add(-time.Hour)
		w.callers = append(w.callers, w.officer(spec, isEnded, inside[at], &over))
	}
	k.Get("", "/openapi.json").Expect(200).Into(&w.document)
	w.copied = k.Copies()
	return w
}

// again gives the same world once more, to be changed by itself.
func (w *world) again(t testing.TB) *world {
	t.Helper()
	c := *w
	c.Kit, c.things = w.copied(t), maps.Clone(w.things)
	return &c
}

// in is the same world, for a subtest.
func (w *world) in(t testing.TB) *world {
	t.Helper()
	c := *w
	c.Kit = w.In(t)
	return &c
}

// officer adds somebody in a role. Whose role has ended lives elsewhere, so that nothing else is left.
func (w *world) officer(spec model.RoleSpec, s standing, at model.Node, until *time.Time) caller {
	w.Helper()
	home := at
	if until != nil {
		home = w.ForeignUnit
	}
	p := w.Person(home, "王"+spec.Title[:3])
	w.Tx(func(tx *gorm.DB) error {
		return model.Appoint(tx, &model.Appointment{PersonID: p.ID, Role: spec.Role, NodeID: at.ID, StartsAt: testkit.Start.AddDate(0, 0, -2), EndsAt: until, AppointedAt: testkit.Start.AddDate(0, 0, -2)})
	})
	return caller{s, spec.Role, w.SignIn(p)}
}

// lowest gives the lowest of the levels at which a role is held: the others have less beside them.
func lowest(t testing.TB, kinds []model.NodeKind) model.NodeKind {
	t.Helper()
	for _, k := range []model.NodeKind{model.Unit, model.Building, model.Grid, model.Community, model.Street, model.District} {
		if slices.Contains(kinds, k) {
			return k
		}
	}
	t.Fatalf("none of %v is a level where the rig can appoint somebody: add it to inside and outside in newWorld", kinds)
	return ""
}

// letIn gives the callers whom the route lets in, the likely ones first.
func (w *world) letIn(who api.Who) (them []caller) {
	for _, s := range []standing{isResident, isInside, isStranger, isNobody, isOutside, isEnded, isChild} {
		for _, c := range w.callers {
			if ok, _, _ := c.may(who); ok && c.standing == s {
				them = append(them, c)
			}
		}
	}
	return them
}

// rows counts every table, so that what a call did and did not do shows.
func (w *world) rows() map[string]int64 {
	w.Helper()
	counts := map[string]int64{}
	h := w.DB.Read(context.Background())
	for _, record := range model.Tables() {
		var n int64
		if err := h.Model(record).Count(&n).Error; err != nil {
			w.Fatal(err)
		}
		counts[fmt.Sprintf("%T", record)] = n
	}
	return counts
}

// added gives by how much tables have grown.
func added(before, after map[string]int64) map[string]int64 {
	d := maps.Clone(after)
	for table, n := range before {
		d[table] -= n
	}
	maps.DeleteFunc(d, func(_ string, n int64) bool { return n == 0 })
	return d
}
