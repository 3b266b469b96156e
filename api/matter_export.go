package api

import (
	"context"
	"io"

	"danyuan/model"
)

type exportMattersIn struct {
	Node ID `path:"id" doc:"单元、网格或社区"`
	MatterQuery
}

func (a *API) exportMatters(ctx context.Context, by model.Actor, in *exportMattersIn, w io.Writer) (string, error) {
	return a.s.ExportMatters(ctx, by, int64(in.Node), in.query(), w)
}
