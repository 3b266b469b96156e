package api

import (
	"bytes"
	"context"

	"danyuan/service"
)

// divisionBytes lets a city's file in; the nation's is imported by command on the server. It is said
// because huma bounds no body by itself that is not JSON.
const divisionBytes = 1 << 20

type importDivisionsIn struct {
	Keyed
	RawBody []byte `contentType:"text/csv" doc:"区划文件，四列：code,name,level,parent_code；上级写在下级前面"`
}

type divisionReportView struct {
	Added     int `json:"added" doc:"新增" example:"2"`
	Renamed   int `json:"renamed" doc:"改名" example:"1"`
	Moved     int `json:"moved" doc:"改了上级" example:"0"`
	Unchanged int `json:"unchanged" doc:"没有变化" example:"58"`
}

func (a *API) importDivisions(ctx context.Context, cmd service.Command, in *importDivisionsIn) (service.DivisionReport, error) {
	return a.s.ImportDivisions(ctx, cmd, bytes.NewReader(in.RawBody), int64(len(in.RawBody)), nil)
}

func viewDivisionReport(r service.DivisionReport) divisionReportView { return divisionReportView(r) }
