package api

import (
	"context"
	"net"
	"strings"

	"github.com/gin-gonic/gin"

	"danyuan/fault"
	"danyuan/model"
	"danyuan/service"
)

type personasIn struct{}

type personasView struct {
	Items []personaView `json:"items" nullable:"false"`
}

type personaView struct {
	ID    string        `json:"id" doc:"登录时 code 填 demo:<id>" example:"chief"`
	Name  string        `json:"name" example:"王建国"`
	Place string        `json:"place" doc:"所在的单元或地方" example:"1单元"`
	Roles []personaRole `json:"roles" nullable:"false" doc:"现在担任的职务"`
}

type personaRole struct {
	Title string `json:"title" example:"单元长"`
	Node  string `json:"node" example:"1单元"`
}

// personas exists in a demo only.
func (a *API) personas(ctx context.Context, _ model.Actor, _ *personasIn) (personasView, error) {
	all, err := a.s.Personas(ctx)
	v := personasView{make([]personaView, len(all))}
	for i, p := range all {
		v.Items[i] = viewPersona(p)
	}
	return v, err
}

func viewPersona(p service.Persona) personaView {
	v := personaView{p.ID, p.Name, p.Place, make([]personaRole, len(p.Roles))}
	for i, r := range p.Roles {
		v.Roles[i] = personaRole(r)
	}
	return v
}

// errForeignHost refuses who reaches the demo by another name than this machine's own.
var errForeignHost = fault.New(fault.Forbidden, "demo.foreign_host", "演示只能在本机用 127.0.0.1 或 localhost 打开。请换成这样的地址再试。")

// atHome refuses requests by other names than loopback's: a page of somebody else's could have its name
// point here (DNS rebinding), and sign in as anybody of the demo.
func atHome(c *gin.Context) {
	host := c.Request.Host
	if name, _, err := net.SplitHostPort(host); err == nil {
		host = name
	}
	host = strings.TrimSuffix(strings.ToLower(strings.Trim(host, "[]")), ".")
	if ip := net.ParseIP(host); host != "localhost" && (ip == nil || !ip.IsLoopback()) {
		writeProblem(c, errForeignHost)
	}
}
