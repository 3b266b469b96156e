package main

import (
	"errors"
	"fmt"
	"time"

	"danyuan/model"
)

// historyCalls are the readings whose cost must not grow with history: of a person, of a community, of the
// district. Those about matters are in matterCalls.
func historyCalls(community, district int64, code string) []matterCall {
	of := func(name, tokens, path string, args ...any) matterCall {
		return matterCall{name, tokens, "words", "GET", fmt.Sprintf(path, args...), ""}
	}
	return []matterCall{
		of("page", "people", "/v1/units/%s", code),
		of("statement", "savers", "/v1/me/points/statement"),
		of("points", "savers", "/v1/me/points"),
		of("record", "savers", "/v1/me/record"),
		of("my-hours", "savers", "/v1/me/hours"),
		of("notices", "savers", "/v1/notices"),
		of("unread", "savers", "/v1/notices/unread-count"),
		of("my-redeemed", "savers", "/v1/redemptions/mine"),
		of("activities", "savers", "/v1/activities"),
		of("hours", "officers", "/v1/nodes/%d/hours", community),
		of("to-confirm", "officers", "/v1/hours/to-confirm"),
		of("redeemed", "officers", "/v1/nodes/%d/redemptions", community),
		of("fulfilled", "officers", "/v1/nodes/%d/redemptions?state=fulfilled", community),
		of("people", "officers", "/v1/nodes/%d/people", community),
		of("rewards", "officers", "/v1/nodes/%d/rewards", community),
		of("counts", "officers", "/v1/nodes/%d/matter-counts", community),
		of("d-identity", "admins", "/v1/nodes/%d/identity-counts", district),
		of("d-check-ins", "admins", "/v1/nodes/%d/check-ins/counts", district),
		of("d-budgets", "admins", "/v1/nodes/%d/budgets", district),
		of("audit", "admins", "/v1/nodes/%d/audit", community),
		of("d-audit", "admins", "/v1/nodes/%d/audit", district),
	}
}

// history adds what a district's history leaves beside hours and the ledger (an entry of the log and a
// message for each confirmed record), somebody who may see the district, and the calls.
func (f *furnished) history() error {
	district := model.PathIDs(f.community.Path)[0]
	if err := f.Exec("INSERT INTO audits (at, user_id, person_id, action, node_id, subject, subject_id, detail) SELECT decided_at, 0, decided_by_id, 'hours.confirm', node_id, 'hours', id, '' FROM hours WHERE decided_at IS NOT NULL").Error; err != nil {
		return err
	}
	if err := f.Exec("INSERT INTO notices (person_id, kind, title, body, page, created_at, read_at, once_key) SELECT person_id, 'hours', '服务时长已确认', '您的服务时长已确认,积分已到账。', 'pages/hours/mine', decided_at, decided_at, NULL FROM hours WHERE decided_at IS NOT NULL").Error; err != nil {
		return err
	}
	admin := f.people[len(f.people)-1]
	if err := model.Appoint(f.DB, &model.Appointment{PersonID: admin.ID, Role: model.DistrictAdmin, NodeID: district, StartsAt: f.now.Add(-time.Hour), AppointedAt: f.now}); err != nil {
		return err
	}
	var savers []string
	var who []int64
	if err := f.Model(&model.Hours{}).Distinct().Where("person_id IN ?", ids(f.people[:redeemers])).Order("person_id").Limit(readOnes).Pluck("person_id", &who).Error; err != nil {
		return err
	}
	for _, id := range who {
		savers = append(savers, tokenOf(id))
	}
	var code model.Code
	units := f.Model(&model.Node{}).Select("id").Where("kind = ? AND path LIKE ?", model.Unit, f.community.Path+"%")
	if err := f.Where("kind = ? AND node_id IN (?) AND revoked_at IS NULL", model.UnitCode, units).Order("id").Take(&code).Error; err != nil {
		return err
	}
	err := errors.Join(f.file("savers", savers), f.file("admins", []string{tokenOf(admin.ID)}))
	for _, c := range historyCalls(f.community.ID, district, code.Code) {
		err = errors.Join(err, c.write(f.dir))
	}
	return err
}
