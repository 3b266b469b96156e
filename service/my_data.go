package service

import (
	"context"
	"time"

	"gorm.io/gorm"

	"danyuan/model"
	"danyuan/service/ledger"
)

// MyData is everything that is held of a user and of the person they are. Person is nil while they are
// bound to nobody.
type MyData struct {
	User     model.User
	Person   *model.Person
	Node     model.Node
	Home     *model.Household
	Roles    []model.RoleTerm
	Bindings []model.Binding
	Consents []model.Consent
	Groups   []model.HeldGroupEntry
	Displays []model.PlacedDisplay
	Plaques  []model.Plaque
	CheckIns []model.ListedCheckIn
	Redeemed []model.ListedRedemption
	Changes  []model.PersonChange
	Guarding []SeenGuardianship // as the child, and as the guardian
	SignUps  []model.TitledSignUp
	Leads    []model.Association
	Held     model.Held

	Hours       []model.ListedHours
	Corrections []model.ListedCorrection
	Points      []model.StatementLine // what has changed their points

	Certificates []model.ListedCertificate
	Objections   []model.ListedObjection

	Rectifications []model.ListedRectification

	Matters []model.HeldMatter
	Joined  []model.HeldJoin
	Limits  []SeenLimit
}

// MyData gives the actor what is held of them, whole. The session key that WeChat gave us is no data of
// theirs and stays sealed.
func (s *Service) MyData(ctx context.Context, by model.Actor) (MyData, error) {
	return s.dataOf(s.DB.Read(ctx), by.UserID, by.PersonID, nil)
}

// dataOf gives it of a user (0: there is no account) and the person they are (0: nobody yet); without photos of matters that
// are hidden from who has led units.
func (s *Service) dataOf(h *gorm.DB, user, person int64, led []model.Led) (MyData, error) {
	var d MyData
	var err error
	if user != 0 {
		if d.User, err = model.UserByID(h, user); err != nil {
			return d, err
		}
	}
	if d.Bindings, err = model.AllBindingsOf(h, user, person); err != nil {
		return d, err
	}
	if d.Consents, err = model.AllConsentsOf(h, user, person); err != nil {
		return d, err
	}
	if d.Groups, err = model.AllGroupEntriesOf(h, user); err != nil {
		return d, err
	}
	if d.Held, err = model.CountHeld(h, user, person, s.now(), led); err != nil || person == 0 {
		return d, err
	}
	p, err := model.PersonByID(h, person)
	if err != nil {
		return d, err
	}
	d.Person = &p
	if d.Node, err = model.NodeByID(h, p.NodeID); err != nil {
		return d, err
	}
	if p.HouseholdID != nil {
		home, err := model.HouseholdByID(h, *p.HouseholdID)
		if err != nil {
			return d, err
		}
		d.Home = &home
	}
	if err := d.standing(h, s.now()); err != nil {
		return d, err
	}
	if err := d.service(h); err != nil {
		return d, err
	}
	return d, d.matters(h, s.now())
}

// standing adds what a person is and shows in their unit.
func (d *MyData) standing(h *gorm.DB, now time.Time) (err error) {
	if d.Roles, err = model.AllRolesOf(h, d.Person.ID); err != nil {
		return err
	}
	guarding, err := model.AllGuardianshipsOf(h, d.Person.ID)
	if err != nil {
		return err
	}
	d.Guarding = seeGuardianships(guarding, now)
	if d.Displays, err = model.AllDisplaysOf(h, d.Person.ID); err != nil {
		return err
	}
	if d.Plaques, err = model.AllPlaquesOf(h, d.Person.ID); err != nil {
		return err
	}
	if d.CheckIns, err = model.AllCheckInsOf(h, d.Person.ID); err != nil {
		return err
	}
	if d.Rectifications, err = model.AllRectificationsOf(h, d.Person.ID); err != nil {
		return err
	}
	d.Changes, err = model.PersonChangesOf(h, d.Person.ID)
	return err
}

// matters adds what a person has reported and joined, and how they were limited. What officers note beside
// a matter is the officers'.
func (d *MyData) matters(h *gorm.DB, now time.Time) (err error) {
	if d.Matters, err = model.AllMattersOf(h, d.Person.ID); err != nil {
		return err
	}
	if d.Joined, err = model.AllMatterJoinsOf(h, d.Person.ID); err != nil {
		return err
	}
	limits, err := model.AllReporterLimitsOf(h, d.Person.ID)
	d.Limits = seeLimits(limits, now)
	return err
}

// service adds what is held of a person's voluntary service.
func (d *MyData) service(h *gorm.DB) (err error) {
	if d.Hours, err = model.AllHoursOf(h, d.Person.ID); err != nil {
		return err
	}
	if d.Corrections, err = model.AllCorrectionsOf(h, d.Person.ID); err != nil {
		return err
	}
	if d.Points, err = model.WholeStatement(h, string(ledger.PersonPoints(d.Person.ID))); err != nil {
		return err
	}
	if d.Redeemed, err = model.AllRedemptionsOf(h, d.Person.ID); err != nil {
		return err
	}
	if d.Certificates, err = model.AllCertificatesOf(h, d.Person.ID); err != nil {
		return err
	}
	if d.Objections, err = model.AllObjectionsOf(h, d.Person.ID); err != nil {
		return err
	}
	if d.SignUps, err = model.AllSignUpsOf(h, d.Person.ID); err != nil {
		return err
	}
	d.Leads, err = model.AllAssociationsOf(h, d.Person.ID)
	return err
}
