package api

import (
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"net/http"
	"reflect"
	"time"

	"github.com/danielgtaylor/huma/v2"
	"github.com/gin-gonic/gin"

	"danyuan/model"
	"danyuan/service"
)

type unitPageView struct {
	Audience  string         `json:"audience" enum:"passer_by,neighbour,officer" doc:"您现在能看到的范围：过路人、邻居、负责人"`
	Unit      nodeView       `json:"unit"`
	Place     []nodeView     `json:"place" nullable:"false" doc:"从区到楼栋"`
	Chief     *officerView   `json:"chief,omitempty" doc:"单元长"`
	Secretary *officerView   `json:"secretary,omitempty" doc:"网格党支部书记"`
	Members   []memberView   `json:"members" nullable:"false" doc:"亮身份的党员"`
	Next      []nextView     `json:"activities" nullable:"false" doc:"这里将有的活动"`
	Counts    *unitCountView `json:"counts,omitempty" doc:"只给负责人"`
}

type nodeView struct {
	ID   ID     `json:"id"`
	Kind string `json:"kind" enum:"province,city,district,street,community,grid,building,unit" doc:"省、市、区、街道、社区、网格、楼栋、单元" example:"unit"`
	Name string `json:"name" doc:"地方的名称" example:"2单元"`
}

type officerView struct {
	Name  string `json:"name" doc:"邻居看到全名，过路人看到姓氏加职务" example:"王单元长"`
	Title string `json:"title" example:"单元长"`
}

type memberView struct {
	Name   string    `json:"name" example:"王同志"`
	Pledge string    `json:"pledge,omitempty" doc:"承诺"`
	Skills string    `json:"skills,omitempty" doc:"特长"`
	Since  time.Time `json:"since" doc:"从何时起亮身份"`
}

// nextView is an activity on the page: no number of people, which changes with each who signs up.
type nextView struct {
	ID       ID        `json:"id"`
	Title    string    `json:"title" example:"楼道大扫除"`
	Place    string    `json:"place" example:"3栋楼下"`
	StartsAt time.Time `json:"starts_at"`
	EndsAt   time.Time `json:"ends_at"`
	Audience string    `json:"audience" doc:"面向谁" example:"所有居民"`
}

type unitCountView struct {
	Members         int   `json:"members" doc:"住在本单元的党员"`
	Showing         int   `json:"showing" doc:"已亮身份"`
	NotYet          int   `json:"not_yet" doc:"还没有亮身份"`
	PendingBindings int64 `json:"pending_bindings" doc:"等您确认的居民"`
	PendingPlaques  int64 `json:"pending_plaques" doc:"等待审批的门牌申请"`
}

// unitPage is the one route that gin serves by itself: its body is bytes that were rendered when the
// page last changed, and everybody who scans a code asks for it. It stands in the table and in the
// description like any other.
func unitPage(path, id, summary string, who Who) route {
	return route{method: http.MethodGet, path: path, id: id, summary: summary, who: who, ready: true, mount: func(a *API, r route) {
		op := r.operation()
		text := &huma.Schema{Type: huma.TypeString}
		op.Parameters = []*huma.Param{
			{Name: "code", In: "path", Required: true, Schema: text, Description: "单元码里的 scene", Example: "7K2M9QX4T1AB"},
			{Name: "If-None-Match", In: "header", Schema: text, Description: "上次得到的 ETag"},
		}
		schema := a.huma.OpenAPI().Components.Schemas.Schema(reflect.TypeFor[unitPageView](), true, "")
		op.Responses = map[string]*huma.Response{
			"200": {Description: "单元页", Content: map[string]*huma.MediaType{"application/json": {Schema: schema}}},
			"304": {Description: "和上次一样"},
		}
		a.addErrors(&op)
		a.huma.OpenAPI().AddOperation(&op)
		a.router.GET("/v1/units/:code", func(c *gin.Context) { a.showUnitPage(c, r) })
	}}
}

// private: what a proxy keeps would outlive a withdrawal; no-cache: the client asks each time.
var uncached = []string{"private, no-cache"}

func (a *API) showUnitPage(c *gin.Context, r route) {
	actor, _, err := a.letIn(c, r)
	if err != nil {
		a.refuse(c, r.id, err)
		return
	}
	page, err := a.s.UnitPage(c.Request.Context(), actor, c.Param("code"), renderUnitPage)
	if err != nil {
		a.refuse(c, r.id, err)
		return
	}
	header := c.Writer.Header()
	header["Etag"], header["Cache-Control"] = page.ETag, uncached
	if c.GetHeader("If-None-Match") == page.ETag[0] {
		c.Status(http.StatusNotModified)
		return
	}
	c.Data(http.StatusOK, "application/json", page.Bytes)
}

func renderUnitPage(p service.Page) (service.Rendered, error) {
	body, err := json.Marshal(viewUnitPage(p))
	sum := sha256.Sum256(body)
	return service.Rendered{Bytes: body, ETag: []string{`"` + base64.RawURLEncoding.EncodeToString(sum[:12]) + `"`}}, err
}

func viewUnitPage(p service.Page) unitPageView {
	v := unitPageView{Audience: string(p.Audience), Unit: viewNode(p.Unit), Place: []nodeView{}, Members: []memberView{}, Next: []nextView{}}
	for _, n := range p.Above {
		v.Place = append(v.Place, viewNode(n))
	}
	v.Chief, v.Secretary = viewOfficer(p.Chief, p.Audience), viewOfficer(p.Secretary, p.Audience)
	for _, m := range p.Members {
		v.Members = append(v.Members, viewMember(m, p.Audience))
	}
	for _, a := range p.Next {
		v.Next = append(v.Next, nextView{ID(a.ID), a.Title, a.Place, atEdge(a.StartsAt), atEdge(a.EndsAt), a.Audience.Title()})
	}
	if c := p.Counts; c != nil {
		v.Counts = &unitCountView{c.Members, c.Showing, c.NotYet, c.PendingBindings, c.PendingPlaques}
	}
	return v
}

// viewMember shows a member as they have chosen; to a passer-by never more than the surname and pledge.
func viewMember(m model.ShownMember, audience service.Audience) memberView {
	v := memberView{Name: m.NameForm.Show(m.Name), Pledge: m.Pledge, Skills: m.Skills, Since: atEdge(m.ShownAt)}
	if audience == service.PasserBy {
		v.Name, v.Skills = model.SurnameOnly.Show(m.Name), ""
	}
	return v
}

func viewNode(n model.Node) nodeView { return nodeView{ID(n.ID), string(n.Kind), n.Name} }

func viewOfficer(o *model.Officer, audience service.Audience) *officerView {
	if o == nil {
		return nil
	}
	v := &officerView{o.Name, o.Role.Title()}
	if audience == service.PasserBy {
		v.Name = model.Surname(o.Name) + o.Role.Title()
	}
	return v
}
