package testkit

import (
	"strconv"

	"gorm.io/gorm"

	"danyuan/model"
)

// Org is the small district that most tests live in: one street, two communities; Community has two
// grids, Grid with Building and the units Unit and NextDoor, OtherGrid with FarUnit; the other
// community has a grid and a unit of its own.
type Org struct {
	District, Street                         model.Node
	Community, Grid, Building                model.Node
	Unit, NextDoor                           model.Node
	OtherGrid, FarUnit                       model.Node
	OtherCommunity, ForeignGrid, ForeignUnit model.Node
}

// Org builds it.
func (k *Kit) Org() Org {
	k.Helper()
	var o Org
	o.District = k.Node(nil, model.District, "迎江区")
	o.Street = k.Node(&o.District, model.Street, "人民路街道")
	o.Community = k.Node(&o.Street, model.Community, "先锋社区")
	o.Grid = k.Node(&o.Community, model.Grid, "第一网格")
	o.Building = k.Node(&o.Grid, model.Building, "3栋")
	o.Unit = k.Node(&o.Building, model.Unit, "1单元")
	o.NextDoor = k.Node(&o.Building, model.Unit, "2单元")
	o.OtherGrid = k.Node(&o.Community, model.Grid, "第二网格")
	o.FarUnit = k.Node(&o.OtherGrid, model.Unit, "1单元")
	o.OtherCommunity = k.Node(&o.Street, model.Community, "东正社区")
	o.ForeignGrid = k.Node(&o.OtherCommunity, model.Grid, "第一网格")
	o.ForeignUnit = k.Node(&o.ForeignGrid, model.Unit, "1单元")
	return o
}

// Tx runs fn in a transaction on the test's database.
func (k *Kit) Tx(fn func(tx *gorm.DB) error) {
	k.Helper()
	k.must(k.DB.Tx(k.ctx, fn))
}

// Node adds a node.
func (k *Kit) Node(parent *model.Node, kind model.NodeKind, name string) model.Node {
	k.Helper()
	n := model.Node{Kind: kind, Name: name}
	k.Tx(func(tx *gorm.DB) error { return model.AddNode(tx, parent, &n, k.Clock.Now()) })
	return n
}

// With changes a person before they are stored.
type With func(keys *model.Keys, p *model.Person)

// Phone gives the person a phone number.
func Phone(number string) With { return func(k *model.Keys, p *model.Person) { p.SetPhone(k, number) } }

// Membership makes the person a Party member, here or at a work unit.
func Membership(m model.Membership) With {
	return func(_ *model.Keys, p *model.Person) { p.Membership = m }
}

// Born gives the person a birth date, YYYY-MM-DD.
func Born(date string) With { return func(_ *model.Keys, p *model.Person) { p.BirthDate = date } }

// AtHome makes the person live with somebody.
func AtHome(with model.Person) With {
	return func(_ *model.Keys, p *model.Person) { p.HouseholdID = with.HouseholdID }
}

// Guard makes somebody the guardian of a child, confirmed and agreed to.
func (k *Kit) Guard(guardian, child model.Person) model.Guardianship {
	k.Helper()
	now := k.Clock.Now()
	g := model.Guardianship{ChildID: child.ID, GuardianID: guardian.ID, Relation: model.Parent, State: model.GuardianActive, MadeAt: now, ConfirmedAt: &now}
	k.Tx(func(tx *gorm.DB) error {
		c := model.Consent{PersonID: child.ID, Purpose: model.ForChildren, Version: 1, GivenAt: now}
		if err := tx.Create(&c).Error; err != nil {
			return err
		}
		g.ConsentID = &c.ID
		return model.AddGuardianship(tx, &g)
	})
	return g
}

// Person adds somebody at a node; in a unit they get a household of their own.
func (k *Kit) Person(at model.Node, name string, with ...With) model.Person {
	k.Helper()
	p := model.Person{NodeID: at.ID, Name: name, Membership: model.NoMember, State: model.PersonHere, CreatedAt: k.Clock.Now(), UpdatedAt: k.Clock.Now()}
	for _, w := range with {
		w(Keys(), &p)
	}
	k.Tx(func(tx *gorm.DB) error {
		if at.Kind == model.Unit && p.HouseholdID == nil {
			var homes int64
			if err := tx.Model(&model.Household{}).Where("unit_id = ?", at.ID).Count(&homes).Error; err != nil {
				return err
			}
			h := model.NewHousehold(Keys(), at.ID, strconv.FormatInt(101+homes, 10), k.Clock.Now())
			if err := tx.Create(&h).Error; err != nil {
				return err
			}
			p.HouseholdID = &h.ID
		}
		return tx.Create(&p).Error
	})
	return p
}

// Appoint gives a person a role from now on.
func (k *Kit) Appoint(p model.Person, role model.Role, at model.Node) model.Appointment {
	k.Helper()
	a := model.Appointment{PersonID: p.ID, Role: role, NodeID: at.ID, StartsAt: k.Clock.Now(), AppointedAt: k.Clock.Now()}
	k.Tx(func(tx *gorm.DB) error { return model.Appoint(tx, &a) })
	return a
}

// Officer adds somebody who serves at a node in a role, and signs them in.
func (k *Kit) Officer(role model.Role, at model.Node, name string) (model.Person, string) {
	k.Helper()
	p := k.Person(at, name)
	k.Appoint(p, role, at)
	return p, k.SignIn(p)
}

// SignIn gives a token of a user who is bound to the person, who may have been signed in before.
func (k *Kit) SignIn(p model.Person) string {
	k.Helper()
	openID := "openid-" + strconv.FormatInt(p.ID, 10)
	return k.signIn(openID, &p)
}

// Stranger gives a token of a user who is bound to nobody.
func (k *Kit) Stranger(openID string) string { k.Helper(); return k.signIn(openID, nil) }

func (k *Kit) signIn(openID string, p *model.Person) string {
	k.Helper()
	token := "token-of-" + openID + "-" + strconv.FormatInt(k.serial.Add(1), 10)
	k.Tx(func(tx *gorm.DB) error {
		u, err := model.SignIn(tx, openID, "", "session-key-of-"+openID, k.Clock.Now())
		if err != nil {
			return err
		}
		if _, err := model.StartSession(tx, u.ID, model.HashToken(token), k.Clock.Now(), model.SessionLength); err != nil || p == nil {
			return err
		}
		if b, err := model.ActiveBindingOf(tx, u.ID); err != nil || b != nil {
			return err
		}
		return tx.Create(&model.Binding{
			UserID: u.ID, PersonID: &p.ID, State: model.BindingActive, Way: model.ByPhone, AskedAt: k.Clock.Now(),
			ActiveUserID: &u.ID, ActivePersonID: &p.ID,
		}).Error
	})
	return token
}

// Code gives a unit's valid code.
func (k *Kit) Code(unit model.Node) string {
	k.Helper()
	c := model.Code{Code: model.NewCode(), Kind: model.UnitCode, NodeID: unit.ID, MadeAt: k.Clock.Now()}
	key := model.ActiveCodeKey(model.UnitCode, unit.ID)
	c.ActiveKey = &key
	k.Tx(func(tx *gorm.DB) error { return model.AddCode(tx, &c) })
	return c.Code
}

// Show makes a member show identity on the unit page, by full name.
func (k *Kit) Show(p model.Person, unit model.Node) model.Display {
	k.Helper()
	d := model.Display{PersonID: p.ID, UnitID: unit.ID, NameForm: model.FullName, Pledge: "有事找我", Skills: "修水管", OnPage: true, ShownAt: k.Clock.Now(), ActivePersonID: &p.ID}
	k.Tx(func(tx *gorm.DB) error {
		c := model.Consent{PersonID: p.ID, Purpose: model.ForDisplay, Version: 1, GivenAt: k.Clock.Now()}
		if err := tx.Create(&c).Error; err != nil {
			return err
		}
		d.ConsentID = c.ID
		return tx.Create(&d).Error
	})
	return d
}
