package main

import (
	"context"
	"fmt"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/johannesboyne/gofakes3"
	"github.com/johannesboyne/gofakes3/backend/s3mem"
	"gorm.io/gorm"

	"danyuan/model"
	"danyuan/testkit"
	"danyuan/wechat/fake"
)

// replicas are servers on one MariaDB and one Redis, in WeChat CloudRun as far as it can be had here: the
// test is the gateway that says who calls, and what is called of WeChat comes to a fake, which takes the
// place of the hosting's side-car as the servers' proxy.
type replicas struct {
	*testing.T
	env     []string
	url     string
	keys    *model.Keys
	wx      *fake.Server
	servers []*server
	serial  atomic.Int64
}

const (
	adminPhone = "13900000001"
	template   = "tpl-binding"
)

// newReplicas prepares everything that servers need and starts none.
func newReplicas(t *testing.T) *replicas {
	t.Helper()
	redis := os.Getenv("DANYUAN_TEST_REDIS_URL")
	if os.Getenv(testkit.DatabaseEnv) == "" || redis == "" {
		t.Skip("replicas need a database server and Redis: scripts/services run")
	}
	r := &replicas{T: t, url: testkit.OpenDatabase(t)}
	var err error
	keys := filepath.Join(t.TempDir(), "keys")
	if err := model.CreateKeys(keys); err != nil {
		t.Fatal(err)
	}
	if r.keys, err = model.LoadKeys(keys); err != nil {
		t.Fatal(err)
	}
	r.wx, err = fake.Start(fake.Options{Now: time.Now, TokenLess: true, Templates: map[string][]string{template: {"thing1", "thing2", "time3"}}})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = r.wx.Close() })
	shelf := s3mem.New()
	if err := shelf.CreateBucket("danyuan"); err != nil {
		t.Fatal(err)
	}
	store := httptest.NewServer(gofakes3.New(shelf).Server())
	t.Cleanup(store.Close)
	r.env = []string{
		"CLOUDRUN=true", "WECHAT_APP_ID=" + r.wx.AppID, "KEYS_DIR=" + keys, "DATA_DIR=" + t.TempDir(), "REDIS_URL=" + redis,
		"S3_ENDPOINT=" + store.URL, "S3_REGION=here", "S3_BUCKET=danyuan", "S3_ACCESS_KEY=id", "S3_SECRET_KEY=key", "S3_STYLE=path",
		"HTTP_PROXY=" + r.wx.URL(), "WECHAT_TEMPLATE_BINDING=" + template, "WORKERS=2",
	}
	r.env = append(r.env, r.databaseSettings()...)
	return r
}

// databaseSettings names the database as CloudRun does, which has MySQL only; a PostgreSQL that its containers
// reach is named by its address.
func (r *replicas) databaseSettings() []string {
	r.Helper()
	if strings.HasPrefix(r.url, "postgres:") {
		return []string{"DATABASE_URL=" + r.url}
	}
	cfg, err := model.MySQLConfig(r.url)
	if err != nil {
		r.Fatal(err)
	}
	return []string{"MYSQL_ADDRESS=" + cfg.Addr, "MYSQL_USERNAME=" + cfg.User, "MYSQL_PASSWORD=" + cfg.Passwd, "MYSQL_DATABASE=" + cfg.DBName}
}

// start starts n servers at the same moment.
func (r *replicas) start(n int) {
	r.Helper()
	started, failed := make([]*server, n), make([]error, n)
	var all sync.WaitGroup
	gate := make(chan struct{})
	for i := range n {
		all.Go(func() {
			<-gate
			started[i], failed[i] = serving(r.T, r.env, 0)
		})
	}
	close(gate)
	all.Wait()
	for _, err := range failed {
		if err != nil {
			r.Fatal(err)
		}
	}
	r.servers = started
}

// database is the servers' own, for what no call shows.
func (r *replicas) database(t *testing.T) *model.DB {
	t.Helper()
	db, err := model.Open(t.Context(), r.url, r.keys, 2)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = db.Close() })
	return db
}

// key is a fresh Idempotency-Key, as a header.
func (r *replicas) key() []string {
	return []string{"Idempotency-Key", fmt.Sprintf("replicas-%d", r.serial.Add(1))}
}

// from is what the gateway says of a caller.
func (r *replicas) from(openID string) []string {
	return []string{"X-WX-SOURCE", "wx_client", "X-WX-APPID", r.wx.AppID, "X-WX-OPENID", openID}
}

// at gives one of the servers, another each time.
func (r *replicas) at(i int) *server { return r.servers[i%len(r.servers)] }

// login signs an account in at one server.
func (r *replicas) login(at *server, openID string) string {
	r.Helper()
	var in struct{ Token string }
	at.call("", http.MethodPost, "/v1/login", map[string]string{"code": "none"}, append(r.key(), r.from(openID)...)...).into(r.T, &in)
	return in.Token
}

// bind proves an account's phone number.
func (r *replicas) bind(at *server, token, phone string) string {
	r.Helper()
	var b struct{ State string }
	body := map[string]any{"phone_code": r.wx.PhoneCode(phone), "consent_version": 2}
	at.call(token, http.MethodPost, "/v1/bindings", body, r.key()...).into(r.T, &b)
	return b.State
}

// do is a command that must succeed.
func (r *replicas) do(at *server, token, path string, body, into any) {
	r.Helper()
	at.call(token, http.MethodPost, path, body, r.key()...).into(r.T, into)
}

// administrator imports the divisions, makes the first administrator by the operator's two commands, and
// signs them in.
func (r *replicas) administrator() (token string) {
	r.Helper()
	command(r.T, r.env, "import")
	command(r.T, r.env, "first-admin", "--name", "郑管理", "--phone", adminPhone)
	token = r.login(r.at(0), "openid-admin")
	if state := r.bind(r.at(1), token, adminPhone); state != "active" {
		r.Fatalf("the administrator's binding is %s", state)
	}
	return token
}

// unit adds a grid and a unit to a community, with a code for its stairwell.
func (r *replicas) unit(db *model.DB) (community model.Node, code string) {
	r.Helper()
	now := time.Now().UTC().Truncate(time.Second)
	c := model.Code{Code: model.NewCode(), Kind: model.UnitCode, MadeAt: now}
	err := db.Tx(context.Background(), func(tx *gorm.DB) error {
		if err := tx.Where("kind = ?", model.Community).Order("id").First(&community).Error; err != nil {
			return err
		}
		grid, unit := model.Node{Kind: model.Grid, Name: "第九网格"}, model.Node{Kind: model.Unit, Name: "1单元"}
		if err := model.AddNode(tx, &community, &grid, now); err != nil {
			return err
		}
		if err := model.AddNode(tx, &grid, &unit, now); err != nil {
			return err
		}
		key := model.ActiveCodeKey(model.UnitCode, unit.ID)
		c.NodeID, c.ActiveKey = unit.ID, &key
		return model.AddCode(tx, &c)
	})
	if err != nil {
		r.Fatal(err)
	}
	return community, c.Code
}

// promise is how soon what was done at one replica holds at all.
const promise = time.Second

// everywhere asks all servers until each has answered so, from a moment on that something was done, and
// gives how long the last one took. What has turned must stay so.
func (r *replicas) everywhere(t *testing.T, since time.Time, token, path string, status int) time.Duration {
	t.Helper()
	took := make([]time.Duration, len(r.servers))
	var all sync.WaitGroup
	for i, s := range r.servers {
		all.Go(func() {
			// Who has no session any more is a stranger, and strangers are counted: by account, here.
			as := r.from(fmt.Sprintf("openid-asking-%d", r.serial.Add(1)))
			var turned time.Time
			for time.Since(since) < promise+500*time.Millisecond {
				asked := time.Now()
				switch a := s.call(token, http.MethodGet, path, nil, as...); {
				case a.status == status && turned.IsZero():
					turned = asked
				case a.status != status && !turned.IsZero():
					t.Errorf("%s answered %d and then %v again", s.at, status, a)
					return
				case a.status != status && asked.Sub(since) > promise:
					t.Errorf("%s still answers %v after %v, want %d", s.at, a, time.Since(since), status)
					return
				}
				<-time.After(5 * time.Millisecond)
			}
			if took[i] = turned.Sub(since); turned.IsZero() {
				t.Errorf("%s never answered %d", s.at, status)
			}
		})
	}
	all.Wait()
	return slices.Max(took)
}
