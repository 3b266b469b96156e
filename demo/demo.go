// Package demo fills a database with a district of synthetic people: small, to show every job at a
// glance, or at the size that the source document publishes. Nobody in it exists. It writes the same
// rows as the use cases do, in bulk, and is never part of a real installation.
package demo

import (
	"cmp"
	"context"
	"errors"
	"math/rand/v2"
	"slices"
	"strings"
	"time"

	"gorm.io/gorm"

	"danyuan/demo/people"
	"danyuan/model"
)

// Plan says how much there is in the end, below the divisions that are there already: the demo community
// with its personas is one of the communities, and counts.
type Plan struct {
	Communities int // urban communities, in the order of their codes
	Grids       int // grid branches over all of them
	Units       int // units over all grids, each with its WeChat group
	Households  int
	Residents   int
	Members     int // Party members among the residents
	Showing     int // members who show identity
	Plaques     int // installed on doors
	CheckedIn   int // in-service members who have checked in
	PartTime    int // part-time committee members
	AlsoChief   int // branch secretaries who are also grid chief
	Hours       int // confirmed records of voluntary service in the last year
	Redeemed    int // redemptions that were picked up
	Money       int // fen of this year's budgets
}

// District is what the document publishes (Anqing Organisation Work, 2020 no. 6): communities, grid
// branches, units with groups, plaques, members showing identity, in-service members checked in,
// officers, 500,000 yuan a year for rewards. Households and all members are not in it and are reckoned
// from about 170,000 residents; hours and redemptions are as many as make a million entries of the ledger.
var District = Plan{
	Communities: 31, Grids: 293, Units: 2379, Households: 61_000, Residents: 170_000, Members: 6_800,
	Showing: 4_400, Plaques: 2_836, CheckedIn: 1_633, PartTime: 69, AlsoChief: 186,
	Hours: 310_000, Redeemed: 40_000, Money: 50_000_000,
}

// ErrNoDivisions says that the divisions must be imported first.
var ErrNoDivisions = errors.New("demo: the divisions of the district are not there yet")

// Fill puts the demo community with its personas into a database that has the district's divisions,
// and then, unless the plan is empty, a whole district around it. progress hears how many residents
// are in, of how many.
func Fill(ctx context.Context, db *model.DB, plan Plan, now time.Time, progress func(done, total int)) error {
	now = now.UTC().Truncate(time.Second)
	if err := db.Tx(ctx, func(tx *gorm.DB) error { return newSeed(tx, now, 0).cast() }); err != nil {
		return err
	}
	if plan.Communities == 0 {
		return nil
	}
	var communities []model.Node
	h := db.Read(ctx)
	if err := h.Where("kind = ? AND style = ?", model.Community, "community").Order("code").Find(&communities).Error; err != nil {
		return err
	}
	if len(communities) < plan.Communities {
		return ErrNoDivisions
	}
	slices.SortStableFunc(communities, func(a, b model.Node) int { return cmp.Compare(first(a), first(b)) })
	filled := 0
	for i, c := range communities[:plan.Communities] {
		part := plan.part(i)
		err := db.Tx(ctx, func(tx *gorm.DB) error { return newSeed(tx, now, i+1).fill(c, part) })
		if err != nil {
			return err
		}
		filled += part.Residents
		progress(filled, plan.Residents)
	}
	return nil
}

// first puts the demo community before all others: it is always one of those that are filled.
func first(c model.Node) int {
	if *c.Code == Community {
		return 0
	}
	return 1
}

// fill fills a community up to its part of the plan. The demo community has its cast already.
func (s *seed) fill(c model.Node, part Plan) error {
	if *c.Code != Community {
		return errors.Join(s.party(c, model.CommunityCommittee, strings.TrimSuffix(c.Name, "居委会")+"社区党委"), s.community(c, part))
	}
	if err := s.community(c, part.less(castSize)); err != nil {
		return err
	}
	return s.roundOff(c)
}

// less is the plan without what is there already.
func (p Plan) less(there Plan) Plan {
	p.Grids, p.Units, p.Households, p.Residents = p.Grids-there.Grids, p.Units-there.Units, p.Households-there.Households, p.Residents-there.Residents
	p.Members, p.Showing, p.Plaques, p.AlsoChief = p.Members-there.Members, p.Showing-there.Showing, p.Plaques-there.Plaques, p.AlsoChief-there.AlsoChief
	return p
}

// part gives the i-th community's share, such that all shares add up to the plan.
func (p Plan) part(i int) Plan {
	share := func(whole int) int { return whole*(i+1)/p.Communities - whole*i/p.Communities }
	return Plan{
		Communities: 1, Grids: share(p.Grids), Units: share(p.Units), Households: share(p.Households), Residents: share(p.Residents),
		Members: share(p.Members), Showing: share(p.Showing), Plaques: share(p.Plaques), CheckedIn: share(p.CheckedIn),
		PartTime: share(p.PartTime), AlsoChief: share(p.AlsoChief), Hours: share(p.Hours), Redeemed: share(p.Redeemed), Money: share(p.Money),
	}
}

// seed writes rows for one transaction.
type seed struct {
	*gorm.DB
	now    time.Time
	keys   *model.Keys
	rand   *rand.Rand
	people *people.Source
}

func newSeed(tx *gorm.DB, now time.Time, part int) *seed {
	r := rand.New(rand.NewPCG(340802, uint64(part))) //nolint:gosec // synthetic people must come out the same each time
	return &seed{DB: tx, now: now, keys: model.KeysOf(tx), rand: r, people: people.New(part)}
}

func (s *seed) node(parent model.Node, kind model.NodeKind, name string) (model.Node, error) {
	n := model.Node{Kind: kind, Name: name}
	return n, model.AddNode(s.DB, &parent, &n, s.now)
}

func (s *seed) appoint(person int64, role model.Role, node int64) error {
	return model.Appoint(s.DB, &model.Appointment{PersonID: person, Role: role, NodeID: node, StartsAt: s.now.AddDate(-1, 0, 0), AppointedAt: s.now})
}

func (s *seed) party(node model.Node, kind model.PartyOrgKind, name string) error {
	return s.Create(&model.PartyOrg{NodeID: node.ID, Kind: kind, Name: name, FoundedAt: s.now, ActiveNodeID: &node.ID}).Error
}

func (s *seed) code(kind model.CodeKind, node, subject int64) error {
	key := model.ActiveCodeKey(kind, subject)
	c := model.Code{Code: model.NewCode(), Kind: kind, NodeID: node, MadeAt: s.now, ActiveKey: &key}
	if kind == model.PlaqueCode {
		c.PlaqueID = &subject
	}
	return model.AddCode(s.DB, &c)
}

// bind makes a WeChat user who is bound to a person.
func (s *seed) bind(openID string, p model.Person) error {
	u, err := model.SignIn(s.DB, openID, "", "", s.now)
	if err != nil {
		return err
	}
	return s.Create(&model.Binding{
		UserID: u.ID, PersonID: &p.ID, State: model.BindingActive, Way: model.ByPhone,
		AskedAt: s.now, DecidedAt: &s.now, ActiveUserID: &u.ID, ActivePersonID: &p.ID,
	}).Error
}

func (s *seed) show(p model.Person, full bool, inGroup, onDoor bool) error {
	c := model.Consent{PersonID: p.ID, Purpose: model.ForDisplay, Version: 1, GivenAt: s.now}
	if err := s.Create(&c).Error; err != nil {
		return err
	}
	d := model.Display{
		PersonID: p.ID, UnitID: p.NodeID, ConsentID: c.ID, NameForm: model.SurnameOnly, Pledge: pledges[s.rand.IntN(len(pledges))],
		Skills: skills[s.rand.IntN(len(skills))], OnPage: true, InGroup: inGroup, OnDoor: onDoor, ShownAt: s.now, ActivePersonID: &p.ID,
	}
	if full {
		d.NameForm = model.FullName
	}
	return s.Create(&d).Error
}

// plaque puts an installed plaque on a household's door.
func (s *seed) plaque(p model.Person) error {
	q := model.Plaque{
		HouseholdID: *p.HouseholdID, UnitID: p.NodeID, ApplicantID: p.ID, State: model.PlaqueInstalled,
		AppliedAt: s.now, DecidedAt: &s.now, InstalledAt: &s.now, ActiveHouseholdID: p.HouseholdID,
	}
	if err := s.Create(&q).Error; err != nil {
		return err
	}
	return s.code(model.PlaqueCode, p.NodeID, q.ID)
}

var pledges = []string{"邻里有事，随叫随到", "带头垃圾分类，带头文明养犬", "每周巡一次楼道", "帮老人跑腿代办", "有矛盾找我说一说"}
var skills = []string{"", "水电维修", "法律咨询", "理发", "辅导作业", "医疗常识", "会用智能手机，可以教"}
