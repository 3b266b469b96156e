# shellcheck shell=bash disable=SC2154,SC2034 # the parts share what scripts/tour and each other set
# Part of scripts/tour: checking in, matters, officers and their tables.

# --- check-in ---

say '在职党员刘洋扫社区的报到码,填工作单位,向居住地社区报到。'
ask GET "/v1/nodes/$community/codes" "$staff"
expect 200
community_code=$(take '[.items[] | select(.kind == "community" and .revoked_at == null)][0].code')
ask POST /v1/check-ins "$in_service" "{\"community_code\":\"$community_code\",\"work_unit\":\"安庆市演示中学\"}"
expect 200 '.state == "pending"'

say '社区受理,出具带编号的回执,双方各持一份。'
ask GET "/v1/nodes/$community/check-ins?state=pending" "$staff"
expect 200 '.items | length == 1'
check_in=$(take '.items[0].id')
ask POST "/v1/check-ins/$check_in/accept" "$staff" "{}"
expect 200 '.state == "accepted"'
number=$(take .receipt_number)
ask GET /v1/check-ins/mine "$in_service"
expect 200 ".items[0].receipt_number == \"$number\""
receipt_code=$(take '.items[0].receipt_code')

say '工作单位核对回执:是真的,看到的不多于纸面。'
ask POST /v1/receipts/verify '' "{\"number\":\"$number\",\"code\":\"$receipt_code\"}"
expect 200 '.genuine' '.name == "刘*"'
say '编的验证码,回答不真。'
ask POST /v1/receipts/verify '' "{\"number\":\"$number\",\"code\":\"00000000\"}"
expect 200 '.genuine | not'

say '区里看报到人数:按社区,也按工作单位。'
ask GET "/v1/nodes/$district/check-ins/counts" "$admin"
expect 200 '.accepted == 1 and .pending == 0' '.work_units[0].name == "安庆市演示中学"'

# --- matters ---

say '李小梅要上报一件事,先看能报哪些:选“安全隐患”会先问有没有危险。'
ask GET /v1/matter-categories "$resident"
expect 200 '[.categories[].code] | index("repair") and index("safety")'
say '有人被困的,表单停下来,请她先打119。'
ask POST /v1/matters "$resident" '{"category":"safety","words":"楼道里有煤气味","anonymity":"named","answers":[{"place":1,"answer":"yes"},{"place":2,"answer":"no"}]}'
expect 409 '.code == "matter.call_first"' '.errors[0].message | contains("119")'

say '她要报楼前的垃圾,看到邻居刘洋已经报过,就加入,不用再报;以后的答复她都收得到。'
ask POST /v1/matters/similar "$resident" '{"category":"hygiene","words":"楼前垃圾桶满了没人清"}'
expect 200 '.matters | length == 1' '.matters[0].reporter == "刘*"'
rubbish=$(take '.matters[0].id')
ask POST "/v1/matters/$rubbish/join" "$resident" '{}'
expect 200 '.as == "joiner" and .joined == 1 and .notes == []'

say '她上报楼道灯不亮,不到一分钟;紧急的排在前面。'
ask POST /v1/matters "$resident" '{"category":"repair","words":"二楼楼道灯一闪一闪,下雨天还会跳闸","urgent":true,"anonymity":"neighbours"}'
expect 200 '.state == "reported" and .step == "chief" and .seen == 1 and (.may | index("withdraw"))'
lamp=$(take .id)
say '邻居看不到她的事。'
ask GET "/v1/matters/$lamp" "$member"
expect 404 '.code == "matter.not_found"'

say '单元长受理,请她补充是哪一户门前;等回答的时候时限暂停。'
ask POST "/v1/matters/$lamp/accept" "$chief" '{"seen":1}'
expect 200 '.state == "accepted"'
ask POST "/v1/matters/$lamp/ask" "$chief" '{"seen":2,"words":"是201门前的那一盏吗?"}'
expect 200 '.state == "asked" and (.due_at | not) and .paused_left_seconds > 250000'
ask POST "/v1/matters/$lamp/answer" "$resident" '{"seen":3,"words":"是,靠窗的那一盏"}'
expect 200 '.state == "accepted" and .due_at != null'

say '两个人同时办理,一个办成,另一个知道谁做了什么。'
ask POST "/v1/matters/$lamp/pass-up" "$chief" '{"seen":3,"words":"办不了"}'
expect 409 '.code == "matter.moved_meanwhile" and (.detail | contains("上报人"))'

say '单元长办不了,转交网格党支部;书记办结,李小梅不满意,自动到上一级社区重新办理。'
ask POST "/v1/matters/$lamp/pass-up" "$chief" '{"seen":4,"words":"线路老化,要请电工"}'
expect 200 '.step == "branch"'
ask POST "/v1/matters/$lamp/resolve" "$secretary" '{"seen":5,"words":"已经请电工看过"}'
expect 200 '.state == "resolved"'
ask POST "/v1/matters/$lamp/rate" "$resident" '{"seen":6,"solved":false,"satisfied":false,"words":"晚上还是闪"}'
expect 200 '.state == "reported" and .step == "community" and .reopened == 1'
ask POST "/v1/matters/$lamp/resolve" "$staff" '{"seen":7,"words":"换了线路和开关"}'
expect 200
ask POST "/v1/matters/$lamp/rate" "$resident" '{"seen":8,"solved":true,"satisfied":true}'
expect 200 '.state == "closed" and .outcome == "satisfied"'

say '对单元长也匿名的事直接到网格党支部;单元长哪里都看不到。'
ask POST /v1/matters "$resident" '{"category":"conduct","words":"楼道会议很久没有开了","anonymity":"chief"}'
expect 200 '.step == "branch"'
quiet=$(take .id)
ask GET "/v1/matters/$quiet" "$chief"
expect 404 '.code == "matter.not_found"'
ask GET "/v1/matters/$quiet" "$secretary"
expect 200 '.as == "officer"'

# --- officers ---

say '支部书记看自己网格里有哪些楼栋和单元,任命许静为 3 栋 2 单元的单元长。'
ask GET "/v1/nodes/$grid/children" "$secretary"
expect 200 '.items | length >= 1'
ask GET "/v1/nodes/$(take '.items[0].id')/children" "$secretary"
expect 200 '.items[1].name == "2单元"'
next_door=$(take '.items[1].id')
ask GET "/v1/nodes/$unit/people" "$secretary"
expect 200
candidate_id=$(take '.items[] | select(.name | startswith("许")) | .person_id')
ask POST /v1/roles "$secretary" "{\"person_id\":\"$candidate_id\",\"role\":\"unit_chief\",\"node_id\":\"$next_door\"}"
expect 200 '.person_name == "许静" and .title == "单元长"'
role=$(take .id)

say '许静的下一次请求就有单元长的权限;任职结束,再下一次就没有了。'
ask GET "/v1/nodes/$next_door/people" "$candidate"
expect 200
ask POST "/v1/roles/$role/end" "$secretary" '{"reason":"换届"}'
expect 200
ask GET "/v1/nodes/$next_door/people" "$candidate"
expect 403 '.code == "role.not_allowed"'

say '谁也不能任命自己:周正能任命单元长,但自己不行。'
ask GET /v1/me/roles "$secretary"
expect 200
ask POST /v1/roles "$secretary" "{\"person_id\":\"$(take '.items[0].person_id')\",\"role\":\"unit_chief\",\"node_id\":\"$next_door\"}"
expect 403 '.code == "role.own"'

say '社区看居民名单:手机号只露头尾;完整信息一次只看一位,每次都有审计记录。'
ask GET "/v1/nodes/$unit/people" "$staff"
expect 200 '[.items[].phone | select(. != null)] | all(test("[*]"))'
person=$(take '.items[0].person_id')
ask GET "/v1/people/$person" "$staff"
expect 200 '.phone | test("^[0-9]{11}$")'
ask GET "/v1/people/$person" "$chief"
expect 403
ask GET "/v1/nodes/$district/audit" "$auditor"
expect 200 '[.items[].action] | length > 0'

say '社区书记下载 Excel 模板,填好两行,先试导入一次:什么也不改。'
curl -fsS -o "$home/template.xlsx" "$at/v1/imports/templates/roster" -H "Authorization: Bearer $community_secretary"
printf '网格,楼栋,单元,房号,姓名,手机号,政治面貌\n第一网格,3栋,1单元,501,孙小圣,15400005001,群众\n第一网格,3栋,1单元,502,朱小能,154,群众\n' >"$home/roster.csv"
"$home/fill" "$home/template.xlsx" "$home/roster.xlsx" <"$home/roster.csv"
hand_in() { # QUERY
  reply=$(curl -sS -w '\n%{http_code}' -X POST "$at/v1/nodes/$community/imports?$1" -H "Authorization: Bearer $community_secretary" -H "Idempotency-Key: tour-$(date +%s%N)" -F "file=@$home/roster.xlsx")
  status=${reply##*$'\n'} answer=${reply%$'\n'*}
  show "> POST /v1/nodes/$community/imports?$1  (roster.xlsx)" "< $status  $answer"
  expect 200
  import=$(take .id)
  for _ in $(seq 100); do
    ask GET "/v1/imports/$import" "$community_secretary" >/dev/null
    [[ $(take .state) =~ ^(queued|running)$ ]] || break
    sleep 0.1
  done
  show "< $answer"
}
hand_in 'kind=roster&dry_run=true'
expect 200 '.state == "refused"' '.faults == 1'
say '第 3 行的手机号不对,清单说明是哪一行、哪一列、怎么改;一行有错,全部不导入。'
ask GET "/v1/imports/$import/faults" "$community_secretary"
expect 200 '.items[0] | .line == 3 and (.column | test("手机号"))'
say '改好再导入:新增两人;同一份表再导入一次,什么也不变。'
sed -i 's/朱小能,154,/朱小能,15400005002,/' "$home/roster.csv"
"$home/fill" "$home/template.xlsx" "$home/roster.xlsx" <"$home/roster.csv"
hand_in 'kind=roster'
expect 200 '.state == "done"' '.added == 2'
hand_in 'kind=roster'
expect 200 '.state == "done"' '.added == 0 and .unchanged == 2'
