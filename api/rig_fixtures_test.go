package api_test

import (
	"context"
	"fmt"
	"reflect"
	"strconv"
	"time"

	"gorm.io/gorm"

	"danyuan/model"
	"danyuan/testkit"
)

// fixtures fill in what a call needs, each made when a route first asks for it. Whoever adds a route
// that needs another thing adds one line. A key is, the first that fits:
//
//	"replace-code/{code_id}"  a path or query parameter or body field ("appoint/person_id") of one route
//	"codes/{code_id}"         a path parameter behind a word of the path
//	"person_id"               a body field or query parameter of any route
//
// A thing lies in w.Unit, or on the way to it; what belongs to a person belongs to w.Resident. Values
// are given as text, ids too; those of a list with commas between, objects as JSON; leftOut leaves a
// field out.
var fixtures = map[string]func(w *world) string{
	"nodes/{id}":  func(w *world) string { return digits(w.Unit.ID) },
	"people/{id}": func(w *world) string { return digits(w.Neighbour.ID) },
	"officers/{id}": func(w *world) string {
		p := w.Person(w.Street, "孙丽")
		w.Appoint(p, model.StreetStaff, w.Street)
		return digits(p.ID)
	},
	"node_id":      func(w *world) string { return digits(w.Unit.ID) },
	"unit_id":      func(w *world) string { return digits(w.Unit.ID) },
	"grid_id":      func(w *world) string { return digits(w.Grid.ID) },
	"community_id": func(w *world) string { return digits(w.Community.ID) },
	"person_id":    func(w *world) string { return digits(w.Neighbour.ID) },
	"household_id": func(w *world) string { return digits(*w.Neighbour.HouseholdID) },

	// codes
	"units/{code}":           func(w *world) string { return w.code(model.UnitCode, w.Unit.ID, w.Unit).Code },
	"scenes/{scene}":         func(w *world) string { return w.code(model.UnitCode, w.Unit.ID, w.Unit).Code },
	"console-logins/{scene}": func(w *world) string { return w.consoleLogin() },
	"codes/{code_id}":        func(w *world) string { return digits(w.code(model.UnitCode, w.Unit.ID, w.Unit).ID) },
	"community_code":         func(w *world) string { return w.code(model.CommunityCode, w.Community.ID, w.Community).Code },
	"scan/{code}": func(w *world) string {
		plaque := w.plaque(model.PlaqueInstalled)
		id, _ := strconv.ParseInt(plaque, 10, 64)
		return w.code(model.PlaqueCode, id, w.Unit).Code
	},

	// identity
	"consents/{purpose}":         func(*world) string { return string(model.ForDisplay) },
	"unbind-group/{id}":          func(w *world) string { w.group("group-of-the-unit"); return digits(w.Unit.ID) },
	"list-group-members/{id}":    func(w *world) string { w.group("group-of-the-unit"); return digits(w.Unit.ID) },
	"enter-group/encrypted_data": func(w *world) string { w.group("Z3JvdXA="); return "Z3JvdXA=" },
	"plaques/{id}":               func(w *world) string { return w.plaque(model.PlaqueApplied) },
	"install-plaque/{id}":        func(w *world) string { return w.plaque(model.PlaqueApproved) },
	"remove-plaque/{id}":         func(w *world) string { return w.plaque(model.PlaqueInstalled) },
	"check-ins/{id}":             func(w *world) string { return w.checkIn(model.CheckInPending) },
	"view-receipt/{id}":          func(w *world) string { return w.checkIn(model.CheckInAccepted) },
	"end-check-in/{id}":          func(w *world) string { return w.checkIn(model.CheckInAccepted) },

	// record
	"ask-certificate/from":       func(w *world) string { w.served(w.Resident); return "2026-03-01" },
	"certificates/{id}":          func(w *world) string { return w.certificate(model.CertificateAsked) },
	"view-certificate/{id}":      func(w *world) string { return w.certificate(model.CertificateIssued) },
	"download-certificate/{id}":  func(w *world) string { return w.certificate(model.CertificateIssued) },
	"revoke-certificate/{id}":    func(w *world) string { return w.certificate(model.CertificateIssued) },
	"draft-public-notice/{id}":   func(w *world) string { return digits(w.Community.ID) },
	"publish-public-notice/{id}": func(w *world) string { return digits(w.Community.ID) },
	"list-public-notices/{id}":   func(w *world) string { return digits(w.Community.ID) },
	"public-notices/{id}":        func(w *world) string { return w.publicNotice() },
	"objections/{id}":            func(w *world) string { return w.objection() },
	"rectifications/{id}":        func(w *world) string { return w.rectification() },
	// hours
	"file-hours/photos":         func(*world) string { return leftOut },
	"change-hours/photos":       func(*world) string { return leftOut },
	"file-hours-for/photos":     func(*world) string { return leftOut },
	"hours/{id}":                func(w *world) string { return w.hours(model.HoursClaimed) },
	"ask-correction/{id}":       func(w *world) string { return w.hours(model.HoursConfirmed) },
	"corrections/{id}":          func(w *world) string { return w.correction() },
	"flags/{id}":                func(w *world) string { return w.flag() },
	"make-points-rule/{id}":     func(w *world) string { return digits(w.District.ID) },
	"list-points-rules/{id}":    func(w *world) string { return digits(w.District.ID) },
	"withdraw-points-rule/{id}": func(w *world) string { return w.pointsRule() },

	// matters
	"report-matter/category":        func(*world) string { return "repair" },
	"report-matter/photos":          func(*world) string { return leftOut },
	"report-matter/answers":         func(*world) string { return leftOut },
	"report-matter-for/category":    func(*world) string { return "repair" },
	"report-matter-for/photos":      func(*world) string { return leftOut },
	"report-matter-for/answers":     func(*world) string { return leftOut },
	"find-similar-matters/category": func(*world) string { return "repair" },
	"matters/{id}":                  func(w *world) string { return w.matter(w.Resident) },
	"join-matter/{id}":              func(w *world) string { return w.matter(w.Neighbour) },
	"leave-matter/{id}":             func(w *world) string { return w.joinedMatter() },
	"return-matter/{id}":            func(w *world) string { return w.matter(w.Resident, model.MovePassUp) },
	"return-matter/seen":            func(*world) string { return "2" },
	"answer-matter/{id}":            func(w *world) string { return w.matter(w.Resident, model.MoveAsk) },
	"answer-matter/seen":            func(*world) string { return "2" },
	"rate-matter/{id}":              func(w *world) string { return w.matter(w.Resident, model.MoveResolve) },
	"rate-matter/seen":              func(*world) string { return "2" },
	"seen":                          func(*world) string { return "1" },
	"confirm-hours/seen":            func(*world) string { return "0" },
	"resolve-matter/photos":         func(*world) string { return leftOut },
	"pass-up-matter/photos":         func(*world) string { return leftOut },
	"return-matter/photos":          func(*world) string { return leftOut },
	"ask-reporter/photos":           func(*world) string { return leftOut },
	"answer-matter/photos":          func(*world) string { return leftOut },
	"rate-matter/photos":            func(*world) string { return leftOut },
	"give-matter/person_id":         func(w *world) string { w.Appoint(w.Neighbour, model.GridChief, w.Grid); return digits(w.Neighbour.ID) },

	"reply-templates/{id}": func(w *world) string {
		return w.add(&model.ReplyTemplate{NodeID: w.Unit.ID, Title: "已转供电所", Words: "已经转给供电所,三天内维修。", MadeByID: w.Neighbour.ID, MadeAt: testkit.Start})
	},
	"list-matter-reviews/{id}":           func(w *world) string { w.matterInReview(); return digits(w.Unit.ID) },
	"pass-words/{id}":                    func(w *world) string { return w.matterInReview() },
	"reject-words/{id}":                  func(w *world) string { return w.matterInReview() },
	"read-matter-original/{id}":          func(w *world) string { return w.redactedMatter() },
	"redact-matter/seq":                  func(*world) string { return "1" },
	"redact-matter-photo/photo_id":       func(w *world) string { return w.matterPhoto("redact-matter-photo/{id}") },
	"redact-matter-photo/replacement_id": func(*world) string { return leftOut },
	"redact-matter-photo/{id}":           func(w *world) string { return w.matter(w.Resident) },
	"matter-categories/{code}":           func(*world) string { return "noise" },
	"begin-matter-category/{code}":       func(w *world) string { return w.endedCategory("policy") },
	"change-matter-category/choices":     func(*world) string { return leftOut },
	"list-reporter-limits/{id}":          func(w *world) string { w.limit(model.LimitRunning); return digits(w.Community.ID) },
	"report-limits/{id}":                 func(w *world) string { return w.limit(model.LimitRunning) },
	"uphold-reporter-limit/{id}":         func(w *world) string { return w.limit(model.LimitObjected) },

	// messages
	"notices/{id}": func(w *world) string {
		return w.add(&model.Notice{PersonID: w.Resident.ID, Kind: "role", Title: "任职通知", Body: "您已被任命", CreatedAt: testkit.Start})
	},
	"jobs/{id}": func(w *world) string {
		return w.add(&model.Job{Kind: "send_notice", SubjectID: 1, State: model.JobStuck, DueAt: testkit.Start, OwedAt: testkit.Start})
	},

	// access
	"sessions/{id}":         func(w *world) string { return w.session(w.Resident) },
	"find-people/id_number": func(*world) string { return leftOut },
	"ask-chief/unit_code": func(w *world) string {
		w.asks(model.BindingUnmatched, model.ByPhone)
		return w.code(model.UnitCode, w.Unit.ID, w.Unit).Code
	},
	"binding-requests/{id}":        func(w *world) string { return w.asks(model.BindingPending, model.ByApproval) },
	"rebinding-requests/{id}":      func(w *world) string { return w.asks(model.BindingPending, model.ByRebinding) },
	"change-membership/membership": func(*world) string { return "in_service" },
	"end-binding/{id}":             func(w *world) string { return digits(w.Resident.ID) },

	// children
	"ask-for-child/child_name": func(w *world) string { return w.child().Name },
	"name-guardian/{id}":       func(w *world) string { return digits(w.child().ID) },
	"guardian_id":              func(w *world) string { return digits(w.Neighbour.ID) },
	"guardianships/{id}":       func(w *world) string { return w.guardianship(model.GuardianActive) },
	"confirm-guardian/{id}":    func(w *world) string { return w.guardianship(model.GuardianAsked) },
	"agree-for-child/{id}":     func(w *world) string { return w.guardianship(model.GuardianNamed) },
	"children/{id}": func(w *world) string {
		child := w.child()
		w.Guard(w.Resident, child)
		return digits(child.ID)
	},

	// org
	"parent_id":           func(w *world) string { return digits(w.Community.ID) },
	"move-node/parent_id": func(w *world) string { return digits(w.Grid.ID) },
	"close-node/{id}":     func(w *world) string { return digits(w.Node(&w.Building, model.Unit, "空单元").ID) },
	"split-grid/{id}":     func(w *world) string { return digits(w.Grid.ID) },
	"split-grid/parts": func(w *world) string {
		other := w.Node(&w.Grid, model.Building, "5栋")
		return fmt.Sprintf(`[{"name":"东片","child_ids":["%d"]},{"name":"西片","child_ids":["%d"]}]`, w.Building.ID, other.ID)
	},
	"grid_ids":             func(w *world) string { return digits(w.Grid.ID) + "," + digits(w.OtherGrid.ID) },
	"found-party-org/{id}": func(w *world) string { return digits(w.Grid.ID) },
	"party-orgs/{id}": func(w *world) string {
		return w.add(&model.PartyOrg{NodeID: w.Grid.ID, Kind: model.GridBranch, Name: "第一网格党支部", FoundedAt: testkit.Start, ActiveNodeID: &w.Grid.ID})
	},
	"appoint/name":     func(*world) string { return leftOut },
	"appoint/phone":    func(*world) string { return leftOut },
	"appoint/register": func(*world) string { return leftOut },
	"end-role/{id}":    func(w *world) string { return digits(w.Appoint(w.Resident, model.UnitChief, w.Unit).ID) },
	"roles/{id}":       func(w *world) string { return digits(w.Appoint(w.Neighbour, model.UnitChief, w.Unit).ID) },

	// activities
	"lead_id":                       func(w *world) string { return digits(w.Neighbour.ID) },
	"associations/{id}":             func(w *world) string { return w.association("夕阳红合唱队") },
	"hand-over-association/lead_id": func(w *world) string { return digits(w.Resident.ID) },
	"association_id":                func(w *world) string { return w.association("夕阳红合唱队") },
	"activities/{id}":               func(w *world) string { return w.activity(time.Hour, "") },
	"people/{person_id}":            func(w *world) string { return digits(w.Neighbour.ID) },
	"make-activity/starts_at":       func(*world) string { return testkit.Start.Add(time.Hour).Format(time.RFC3339) },
	"make-activity/ends_at":         func(*world) string { return testkit.Start.Add(2 * time.Hour).Format(time.RFC3339) },
	"change-activity/starts_at":     func(*world) string { return testkit.Start.Add(2 * time.Hour).Format(time.RFC3339) },
	"change-activity/ends_at":       func(*world) string { return testkit.Start.Add(3 * time.Hour).Format(time.RFC3339) },
	"sign-off/{id}":                 func(w *world) string { return w.activity(time.Hour, model.Seated) },
	"sign-off-for/{id}":             func(w *world) string { return w.activity(time.Hour, model.Seated) },
	"view-check-in-code/{id}":       func(w *world) string { return w.activity(-time.Hour, "") },
	"way":                           func(*world) string { return "in" },
	"check-in-at-activity/{id}":     func(w *world) string { return w.activity(-time.Hour, "") },
	"check-in-at-activity/code":     func(w *world) string { return w.rotating("check-in-at-activity/{id}", model.GateIn) },
	"check-out-of-activity/{id}":    func(w *world) string { return w.activity(-time.Hour, model.Seated, model.HoursOpen) },
	"check-out-of-activity/code":    func(w *world) string { return w.rotating("check-out-of-activity/{id}", model.GateOut) },
	"check-in-by-hand/{id}":         func(w *world) string { return w.activity(-time.Hour, model.Seated) },
	"check-out-by-hand/{id}":        func(w *world) string { return w.activity(-time.Hour, model.Seated, model.HoursOpen) },
	"void-attendance/{id}":          func(w *world) string { return w.activity(-time.Hour, model.Seated, model.HoursOpen) },
	"settle-attendance/{id}":        func(w *world) string { return w.activity(-time.Hour, model.Seated, model.HoursOpen) },
	"left_at":                       func(*world) string { return testkit.Start.Add(-5 * time.Minute).Format(time.RFC3339) },
	"confirm-activity/{id}":         func(w *world) string { return w.activity(-3*time.Hour, model.Seated, model.HoursClaimed) },
	// rewards
	"change-fund/{id}":        func(w *world) string { return digits(w.District.ID) },
	"change-budget/{id}":      func(w *world) string { w.fund(); return digits(w.Community.ID) },
	"view-budgets/{id}":       func(w *world) string { w.fund(); return digits(w.Community.ID) },
	"make-reward/{id}":        func(w *world) string { return digits(w.Community.ID) },
	"make-reward/photo_ids":   func(*world) string { return leftOut },
	"change-reward/photo_ids": func(*world) string { return leftOut },
	"list-rewards/{id}":       func(w *world) string { w.reward(); return digits(w.Community.ID) },
	"rewards/{id}":            func(w *world) string { return digits(w.reward().ID) },
	"offer-reward/{id}":       func(w *world) string { return digits(w.withdrawn().ID) },
	"reward_id":               func(w *world) string { return digits(w.reward().ID) },
	"redeem/reward_id":        func(w *world) string { w.Earn(w.Resident, w.Community, 1000); return digits(w.reward().ID) },
	"redeem-for/reward_id":    func(w *world) string { w.Earn(w.Neighbour, w.Community, 1000); return digits(w.reward().ID) },
	"redemptions/{id}":        func(w *world) string { return digits(w.redemption().ID) },
	"list-redemptions/{id}":   func(w *world) string { w.redemption(); return digits(w.Community.ID) },
	"hand-out/{id}":           func(w *world) string { return digits(w.Community.ID) },
	"hand-out/code":           func(w *world) string { return w.redemption().Code },
	"announce-expiry/{id}":    func(w *world) string { return digits(w.District.ID) },
	"list-expiries/{id}":      func(w *world) string { return digits(w.District.ID) },
	"expiry-policies/{id}": func(w *world) string {
		return w.add(&model.ExpiryPolicy{DistrictID: w.District.ID, EarnedBefore: testkit.Start, EffectiveAt: testkit.Start.AddDate(0, 2, 0), State: model.ExpiryAnnounced, Reason: "积分三年内有效", AnnouncedAt: testkit.Start})
	},
	// photos
	"view-photo/{id}": func(w *world) string { return digits(w.photo(w.Resident, model.FilePending).ID) },
	"files/{id}":      func(w *world) string { return digits(w.photo(w.Neighbour, model.FileReview).ID) },
	"photos/{link}": func(w *world) string {
		f := w.photo(w.Neighbour, model.FilePassed)
		return f.Link(model.WholePhoto, false)
	},

	// import
	"templates/{kind}":    func(*world) string { return string(model.RosterImport) },
	"hand-in-import/{id}": func(w *world) string { return digits(w.Community.ID) },
	"list-imports/{id}":   func(w *world) string { return digits(w.Community.ID) },
	"imports/{id}": func(w *world) string {
		return w.add(&model.Import{Kind: model.RosterImport, NodeID: w.Community.ID, ByPersonID: w.Neighbour.ID, State: model.ImportQueued, CreatedAt: testkit.Start, ActiveNodeID: &w.Community.ID})
	},
}

const leftOut = "\x00 left out"

// uploads are the bodies that are no JSON, by route.
var uploads = map[string]func(w *world) *upload{
	"hand-in-import": func(*world) *upload {
		return &upload{"multipart/form-data; boundary=b", "--b\r\nContent-Disposition: form-data; name=\"file\"; filename=\"a.csv\"\r\n\r\n网格,单元,房号,姓名,手机号\n第一网格,1单元,101,王小明,\n\r\n--b--\r\n"}
	},
	"upload-photo": func(w *world) *upload {
		photo := w.Photo(32, 32)
		comment := "\xff\xfe\x00\x05王" // by which the rigs make another photo of it
		form := "--b\r\nContent-Disposition: form-data; name=\"file\"; filename=\"a.jpg\"\r\n\r\n"
		return &upload{"multipart/form-data; boundary=b", form + string(photo[:2]) + comment + string(photo[2:]) + "\r\n--b--\r\n"}
	},
	"import-divisions": func(w *world) *upload {
		w.Tx(func(tx *gorm.DB) error {
			return tx.Model(&model.Node{}).Where("id = ?", w.District.ID).Update("code", "340802000000").Error
		})
		return &upload{"text/csv", "code,name,level,parent_code\n340802001000,宜城路街道,street,340802000000\n"}
	},
}

// owners names whose the thing is that a route for anybody signed in or bound is about, where it is
// not the resident's.
var owners = map[string]standing{
	"withdraw-binding": isStranger,
}

// open names the routes that may be used from elsewhere although they name a thing, and says why.
var open = map[string]string{
	"download-import-template": "an empty table holds nothing of any place",
	"do-job-again":             "a job belongs to no place: who operates the outbox operates all of it",
	"view-node":                "what a place is called is no secret",
	"view-console-login":       "whoever sees the screen may scan it: it lets the browser in as them",
	"approve-console-login":    "whoever sees the screen may scan it: it lets the browser in as them",
	"refuse-console-login":     "whoever sees the screen may scan it: it lets the browser in as them",
	"list-children":            "what a place is called is no secret",
	"find-nodes":               "what a place is called is no secret",

	"end-matter-category":   "categories belong to no place: every district shares them",
	"begin-matter-category": "categories belong to no place: every district shares them",

	"list-associations":           "what a place offers is no secret",
	"list-association-activities": "what a place offers is no secret",
	"sign-off":                    "an activity is no secret, and each is told of their own part in it",
	"check-out-of-activity":       "an activity is no secret, and each is told of their own part in it",
}

func digits(id int64) string { return strconv.FormatInt(id, 10) }

// add stores a record and gives its id.
func (w *world) add(record any) string {
	w.Helper()
	w.Tx(func(tx *gorm.DB) error { return tx.Create(record).Error })
	return digits(reflect.ValueOf(record).Elem().FieldByName("ID").Int())
}

// code gives the valid code of a unit, community or plaque, made when it is first asked for.
func (w *world) code(kind model.CodeKind, of int64, at model.Node) (c model.Code) {
	w.Helper()
	w.Tx(func(tx *gorm.DB) error {
		was, err := model.ActiveCode(tx, kind, of)
		if err != nil || was != nil {
			c = *was
			return err
		}
		key := model.ActiveCodeKey(kind, of)
		c = model.Code{Code: model.NewCode(), Kind: kind, NodeID: at.ID, MadeAt: testkit.Start, ActiveKey: &key}
		if kind == model.PlaqueCode {
			c.PlaqueID = &of
		}
		return model.AddCode(tx, &c)
	})
	return c
}

// session signs somebody in once more.
func (w *world) session(p model.Person) string {
	w.Helper()
	hash, s := model.HashToken(w.SignIn(p)), model.Session{}
	w.Tx(func(tx *gorm.DB) error { return tx.Where("token_hash = ?", hash).Take(&s).Error })
	return digits(s.ID)
}

// plaque gives one of the neighbours', so that nobody has to decide about their own.
func (w *world) plaque(state model.PlaqueState) string {
	w.Helper()
	p := w.Person(w.Unit, "赵新民", testkit.Membership(model.Member))
	q := model.Plaque{HouseholdID: *p.HouseholdID, UnitID: w.Unit.ID, ApplicantID: p.ID, State: state, AppliedAt: testkit.Start, ActiveHouseholdID: p.HouseholdID}
	if at := testkit.Start; state != model.PlaqueApplied {
		q.DecidedAt, q.InstalledAt = &at, &at
	}
	return w.add(&q)
}

// photo gives one of somebody's, in use by a record unless it is pending.
func (w *world) photo(of model.Person, state model.FileState) model.File {
	w.Helper()
	f := model.File{
		Name: fmt.Sprintf("%02x%030d", len(w.Blobs.Kept()), of.ID), UploaderID: of.ID, UserID: 1, NodeID: of.NodeID, State: state,
		CreatedAt: testkit.Start, Subject: "hours", SubjectID: 1, Width: 32, Height: 32,
	}
	if at := testkit.Start; state == model.FilePending {
		f.Subject, f.SubjectID, f.LooseSince = "", 0, &at
	}
	w.add(&f)
	for _, end := range []string{".jpg", ".thumb.jpg"} {
		if err := w.Blobs.Put(context.Background(), f.Name+end, w.Photo(32, 32)); err != nil {
			w.Fatal(err)
		}
	}
	f.ForShowing(testkit.Keys(), testkit.Start)
	return f
}

// checkIn gives one of the resident's with the community.
func (w *world) checkIn(state model.CheckInState) string {
	w.Helper()
	work, number := model.WorkUnit{Name: "安庆市第一中学" + string(state), CreatedAt: testkit.Start}, "340802009001-2026-000001"
	w.add(&work)
	c := model.CheckIn{PersonID: w.Resident.ID, CommunityID: w.Community.ID, WorkUnitID: work.ID, State: state, AppliedAt: testkit.Start, OpenPersonID: &w.Resident.ID}
	if at := testkit.Start; state == model.CheckInAccepted {
		c.DecidedAt, c.ReceiptNumber, c.ReceiptCode, c.MembershipBefore = &at, &number, "7K2M9QX4", model.InServiceMember
	}
	return w.add(&c)
}

// asks gives the stranger's wish to be recognised: as somebody of the unit, or as the neighbour.
func (w *world) asks(state model.BindingState, way model.BindingWay) string {
	w.Helper()
	var user int64
	w.Tx(func(tx *gorm.DB) error {
		return tx.Model(&model.User{}).Where("open_id = ?", "stranger").Pluck("id", &user).Error
	})
	b := model.Binding{UserID: user, State: state, Way: way, Phone: "13900000009", AskedAt: testkit.Start, PendingUserID: &user}
	if state == model.BindingPending {
		b.UnitID, b.ClaimedName, b.ClaimedRoom = &w.Unit.ID, "李小梅", "102"
	}
	if way == model.ByRebinding {
		b.PersonID = &w.Neighbour.ID
	}
	return w.add(&b)
}
