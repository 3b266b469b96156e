package main

import (
	"fmt"
	"net/http"
	"sync"
	"testing"
	"time"

	"danyuan/model"
)

// TestReplicas shows that any number of servers is one to everybody: three, started at once on an empty
// database. Figures of what takes a moment are logged (go test -v).
func TestReplicas(t *testing.T) {
	r := newReplicas(t)
	r.start(3)
	db := r.database(t)
	t.Run("migrations ran once", func(t *testing.T) { onceMigrated(t, db) })
	admin := r.administrator()
	community, code := r.unit(db)
	staff := r.secretary(admin, community)
	t.Run("a session made at one holds at all", func(t *testing.T) { r.sessionsHold(t) })
	t.Run("a session ended at one is ended at all", func(t *testing.T) { r.sessionsEnd(t) })
	t.Run("a role given or withdrawn at one is so at all", func(t *testing.T) { r.rolesTurn(t, admin, community) })
	t.Run("limits count together", func(t *testing.T) { r.limitsAdd(t) })
	t.Run("one key is one command", func(t *testing.T) { r.keysHold(t, staff) })
	t.Run("jobs are done once", func(t *testing.T) { r.jobsRunOnce(t, db, code) })
	t.Run("duties are done once", func(t *testing.T) { dutiesRunOnce(t, db) })
}

// onceMigrated: each migration is written down once, so each has run once.
func onceMigrated(t *testing.T, db *model.DB) {
	var all, different int64
	row := db.Read(t.Context()).Raw("SELECT COUNT(*), COUNT(DISTINCT version_id) FROM goose_db_version").Row()
	if err := row.Scan(&all, &different); err != nil {
		t.Fatal(err)
	}
	if all < 10 || all != different {
		t.Errorf("%d entries of %d migrations", all, different)
	}
}

const secretaryAccount = "openid-secretary"

// secretary appoints somebody to the community and signs them in.
func (r *replicas) secretary(admin string, community model.Node) (token string) {
	r.Helper()
	const phone = "13900000002"
	r.do(r.at(2), admin, "/v1/roles", map[string]any{
		"name": "周书记", "phone": phone, "register": true, "role": "community_secretary", "node_id": fmt.Sprint(community.ID),
	}, &struct{}{})
	token = r.login(r.at(0), secretaryAccount)
	if state := r.bind(r.at(1), token, phone); state != "active" {
		r.Fatalf("the secretary's binding is %s", state)
	}
	return token
}

func (r *replicas) sessionsHold(t *testing.T) {
	for i := range r.servers {
		token := r.login(r.at(i), fmt.Sprintf("openid-holder-%d", i))
		for _, s := range r.servers {
			if a := s.call(token, http.MethodGet, "/v1/me", nil); a.status != http.StatusOK {
				t.Errorf("made at %s, at %s: %v", r.at(i).at, s.at, a)
			}
		}
	}
}

func (r *replicas) sessionsEnd(t *testing.T) {
	for i := range r.servers {
		account := fmt.Sprintf("openid-leaver-%d", i)
		one, other := r.login(r.at(i), account), r.login(r.at(i+1), account)
		r.everywhere(t, time.Now(), one, "/v1/me", http.StatusOK)
		r.do(r.at(i), one, "/v1/logout-everywhere", map[string]any{}, &struct{}{})
		done := time.Now()
		var tooks [2]time.Duration
		var both sync.WaitGroup
		for n, token := range []string{one, other} {
			both.Go(func() { tooks[n] = r.everywhere(t, done, token, "/v1/me", http.StatusUnauthorized) })
		}
		both.Wait()
		t.Logf("ended at all after %d ms", max(tooks[0], tooks[1]).Milliseconds())
	}
}

func (r *replicas) rolesTurn(t *testing.T, admin string, community model.Node) {
	const account, phone = "openid-clerk", "13900000003"
	token := r.login(r.at(0), account)
	path := fmt.Sprintf("/v1/nodes/%d/people", community.ID)
	for i := range r.servers {
		var role struct{ ID string }
		r.do(r.at(i), admin, "/v1/roles", map[string]any{
			"name": "吴干事", "phone": phone, "register": true, "role": "community_staff", "node_id": fmt.Sprint(community.ID),
		}, &role)
		given := time.Now()
		if i == 0 {
			r.bind(r.at(2), token, phone)
			given = time.Now()
		}
		gave := r.everywhere(t, given, token, path, http.StatusOK)
		r.do(r.at(i+1), admin, "/v1/roles/"+role.ID+"/end", map[string]any{"reason": "换届"}, &struct{}{})
		took := r.everywhere(t, time.Now(), token, path, http.StatusForbidden)
		t.Logf("given at all after %d ms, withdrawn at all after %d ms", gave.Milliseconds(), took.Milliseconds())
	}
}

// atOnce calls the servers in turn, n times, all at the same moment.
func (r *replicas) atOnce(n int, call func(s *server) answer) []answer {
	answers := make([]answer, n)
	var all sync.WaitGroup
	gate := make(chan struct{})
	for i := range n {
		all.Go(func() { <-gate; answers[i] = call(r.at(i)) })
	}
	close(gate)
	all.Wait()
	return answers
}

// limitsAdd asks half as often again as the route lets an account ask in a minute.
func (r *replicas) limitsAdd(t *testing.T) {
	const limit = 30
	account := fmt.Sprintf("openid-busy-%d", time.Now().UnixNano())
	passed := 0
	for _, a := range r.atOnce(3*limit/2, func(s *server) answer {
		return s.call("", http.MethodPost, "/v1/receipts/verify", map[string]string{"number": "none", "code": "none"}, append(r.key(), r.from(account)...)...)
	}) {
		switch a.status {
		case http.StatusTooManyRequests:
		case 0:
			t.Fatal(a)
		default:
			passed++
		}
	}
	if passed != limit {
		t.Errorf("%d passed, want %d among all", passed, limit)
	}
}

// keysHold gives accepts, which are counted, each by one key at all servers at once.
func (r *replicas) keysHold(t *testing.T, staff string) {
	const rounds = 15
	body := map[string]any{"results": []map[string]any{{"template": "binding", "accepted": true}}}
	for range rounds {
		key, replayed := r.key(), 0
		answers := r.atOnce(2*len(r.servers), func(s *server) answer { return s.call(staff, http.MethodPost, "/v1/me/accepts", body, key...) })
		for _, a := range answers {
			if a.status != http.StatusOK || string(a.body) != string(answers[0].body) {
				t.Fatalf("%v, and another %v", a, answers[0])
			}
			if a.replayed {
				replayed++
			}
		}
		if replayed != len(answers)-1 {
			t.Errorf("%d of %d were repetitions", replayed, len(answers))
		}
		r.wx.Accept(secretaryAccount, template)
	}
	var left struct{ Items []struct{ Left int } }
	r.at(0).call(staff, http.MethodGet, "/v1/me/accepts", nil).into(t, &left)
	if left.Items[0].Left != rounds {
		t.Errorf("%d accepts were given, want %d", left.Items[0].Left, rounds)
	}
}

// jobsRunOnce has residents ask to be recognised, at all servers; for each the secretary gets a message.
func (r *replicas) jobsRunOnce(t *testing.T, db *model.DB, code string) {
	const people = 12
	for i := range people {
		token := r.login(r.at(i), fmt.Sprintf("openid-asker-%d", i))
		r.bind(r.at(i+1), token, fmt.Sprintf("138000000%02d", i))
		r.do(r.at(i+2), token, "/v1/binding-requests", map[string]any{
			"unit_code": code, "name": "新住户", "room": fmt.Sprint(101 + i), "consent_version": 2,
		}, &struct{}{})
	}
	jobs := settled(t, db, "send_notice")
	for _, j := range jobs {
		if j.Attempts != 1 || j.State != model.JobDone {
			t.Errorf("job %d: %d attempts, %s %s", j.ID, j.Attempts, j.State, j.LastError)
		}
	}
	if sent := len(r.wx.Sent()); sent != people {
		t.Errorf("%d messages for %d requests", sent, people)
	}
}

// settled waits until none of a kind of jobs is due any more, and gives all of them.
func settled(t *testing.T, db *model.DB, kind string) []model.Job {
	t.Helper()
	var jobs []model.Job
	for range 300 {
		jobs = nil
		if err := db.Read(t.Context()).Where("kind = ?", kind).Find(&jobs).Error; err != nil {
			t.Fatal(err)
		}
		due := 0
		for _, j := range jobs {
			if j.State == model.JobDue {
				due++
			}
		}
		if len(jobs) > 0 && due == 0 {
			return jobs
		}
		<-time.After(100 * time.Millisecond)
	}
	t.Fatalf("%s is still due after half a minute: %+v", kind, jobs)
	return nil
}

// dutiesRunOnce: what nobody's command owes is owed once for all servers, and claimed once.
func dutiesRunOnce(t *testing.T, db *model.DB) {
	for _, kind := range []string{"forget_jobs", "sweep", "chase_photos", "drop_orphans", "watch_matters", "chase_words"} {
		occurrences := map[string]bool{}
		for _, j := range settled(t, db, kind) {
			if j.Attempts != 1 || j.State != model.JobDone || j.OnceKey == nil || occurrences[*j.OnceKey] {
				t.Errorf("%s: %+v", kind, j)
				continue
			}
			occurrences[*j.OnceKey] = true
		}
	}
}
