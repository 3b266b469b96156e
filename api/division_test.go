package api_test

import (
	"strings"
	"testing"

	"danyuan/model"
	"danyuan/testkit/edge"
)

func TestImportDivisions_byTheDistrictAdmin(t *testing.T) {
	k := edge.New(t)
	if _, err := k.S.LoadDistrict(t.Context()); err != nil {
		t.Fatal(err)
	}
	district, err := model.DivisionByCode(k.DB.Read(t.Context()), model.District, "340802")
	if err != nil {
		t.Fatal(err)
	}
	_, admin := k.Officer(model.DistrictAdmin, district, "郑管理")
	hand := func(token, csv string) edge.Answer {
		return k.Post(token, "/v1/divisions/import", csv, "Content-Type", "text/csv")
	}
	const head = "code,name,level,parent_code\n"
	hand(admin, head+"340802,迎江区,district,\n340802007,新街道,street,340802\n340802001,宜城街道,street,340802\n").Expect(200).
		Has(`"added":1`, `"renamed":1`, `"moved":0`, `"unchanged":1`)
	hand(admin, head+"340802008,新街道,street,340809\n").Refused(422, "division.parent_missing").Has("第2行 parent_code")
	hand(admin, head+"35,某省,province,\n").Refused(422, "division.not_found")
	hand(admin, "").Refused(400, "http.bad_request")
	hand(admin, "\x00\xff\xfe").Refused(422, "sheet.not_a_table")
	hand(admin, head+strings.Repeat("340802,迎江区,district,\n", 60_000)).Refused(413, "http.too_large")
	_, staff := k.Officer(model.CommunityStaff, district, "孙社工")
	hand(staff, head).Refused(403, "role.not_allowed")
	k.Get(admin, "/v1/nodes").Expect(200).Has("340802")
}
