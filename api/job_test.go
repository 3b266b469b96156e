package api_test

import (
	"strconv"
	"testing"
	"time"

	"gorm.io/gorm"

	"danyuan/model"
	"danyuan/testkit/edge"
)

// jobs puts one job of each state into the outbox and gives the stuck one's id.
func jobs(k *edge.Kit) string {
	k.Helper()
	now := k.Clock.Now()
	stuck := model.Job{Kind: "send_notice", SubjectID: 7, State: model.JobStuck, Attempts: 9, LastError: "wechat.unavailable", DueAt: now, OwedAt: now}
	k.Tx(func(tx *gorm.DB) error {
		for _, j := range []model.Job{{Kind: "send_notice", SubjectID: 8, State: model.JobDue, DueAt: now, OwedAt: now}, {Kind: "import", SubjectID: 9, State: model.JobDone, DueAt: now, OwedAt: now, DoneAt: &now}} {
			if err := tx.Create(&j).Error; err != nil {
				return err
			}
		}
		return tx.Create(&stuck).Error
	})
	return strconv.FormatInt(stuck.ID, 10)
}

func TestJobs_operatorSeesWhatIsStuckAndDoesItAgain(t *testing.T) {
	k := edge.New(t)
	o := k.Org()
	id := jobs(k)
	_, admin := k.Officer(model.DistrictAdmin, o.District, "区管理员")
	k.Get(admin, "/v1/jobs").Expect(200).Has(`"subject_id":"7"`, `"reason":"wechat.unavailable"`, `"attempts":9`).HasNot(`"subject_id":"8"`, `"subject_id":"9"`)
	k.Get(admin, "/v1/jobs?state=due").Expect(200).Has(`"subject_id":"8"`).HasNot(`"subject_id":"7"`)
	k.Get(admin, "/v1/jobs?state=done").Expect(200).Has(`"subject_id":"9"`, "done_at")
	k.Get(admin, "/v1/jobs?state=lost").Refused(422, "http.invalid")
	k.Move(90 * time.Second)
	k.Get(admin, "/v1/jobs/backlog").Expect(200).Has(`{"kind":"send_notice","title":"发送微信通知","due":1,"stuck":1,"waiting_seconds":90}`).HasNot("import")
	k.Get("", "/metrics").Expect(200).Has(`danyuan_jobs{kind="send_notice",state="stuck"} 1`, `danyuan_jobs_waiting_seconds{kind="send_notice"} 90`)

	k.Post(admin, "/v1/jobs/"+id+"/again", nil).Expect(200).Has(`"state":"due"`, `"attempts":0`)
	k.Post(admin, "/v1/jobs/"+id+"/again", nil).Refused(409, "job.not_stuck")
	k.Post(admin, "/v1/jobs/999999999999/again", nil).Refused(404, "job.not_found")
	k.Get(admin, "/v1/nodes/"+strconv.FormatInt(o.District.ID, 10)+"/audit").Expect(200).
		Has(`"who":"区管理员"`, `"action":"job.again"`, `"subject":"job","subject_title":"任务","subject_id":"`+id+`"`)
}

func TestJobs_areForOperatorsOnly(t *testing.T) {
	k := edge.New(t)
	o := k.Org()
	id := jobs(k)
	_, secretary := k.Officer(model.CommunitySecretary, o.Community, "书记")
	for _, path := range []string{"/v1/jobs", "/v1/jobs/backlog"} {
		k.Get(secretary, path).Refused(403, "role.not_allowed")
		k.Get("", path).Refused(401, "session.required")
	}
	k.Post(secretary, "/v1/jobs/"+id+"/again", nil).Refused(403, "role.not_allowed")
}
