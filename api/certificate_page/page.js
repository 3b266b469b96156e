"use strict";

const at = (id) => document.getElementById(id);

// A key of its own for each try; nothing is stored under it.
const key = () => Array.from(crypto.getRandomValues(new Uint8Array(16)), (b) => b.toString(16).padStart(2, "0")).join("");

function day(time) {
  return new Date(time).toLocaleDateString("zh-CN", { timeZone: "Asia/Shanghai", year: "numeric", month: "long", day: "numeric" });
}

function length(minutes) {
  const hours = Math.floor(minutes / 60);
  return (hours ? hours + "小时" : "") + (minutes % 60 || !hours ? (minutes % 60) + "分钟" : "");
}

function show(kind, text, facts) {
  at("result").className = kind;
  at("result").hidden = false;
  at("text").textContent = text;
  at("facts").replaceChildren();
  for (const [name, value] of facts) {
    const dt = document.createElement("dt");
    const dd = document.createElement("dd");
    dt.textContent = name;
    dd.textContent = value;
    at("facts").append(dt, dd);
  }
}

function shown(v) {
  if (!v.genuine) {
    show("false", v.text, []);
    return;
  }
  const facts = [
    ["志愿者", v.name],
    ["时间", v.from + " 至 " + v.to],
    ["服务", v.services + " 次,共 " + length(v.minutes)],
    ["出具", v.issuer],
    ["日期", day(v.issued_at)],
  ];
  if (v.revoked) facts.push(["撤销", day(v.revoked_at)]);
  show(v.revoked ? "revoked" : "genuine", v.text, facts);
}

async function verify() {
  at("verify").disabled = true;
  try {
    const answer = await fetch("/v1/certificates/verify", {
      method: "POST",
      headers: { "Content-Type": "application/json", "Idempotency-Key": key() },
      body: JSON.stringify({ number: at("number").value.trim().toUpperCase(), code: at("code").value.trim() }),
    });
    const body = await answer.json();
    if (answer.ok) {
      shown(body);
    } else {
      show("false", answer.status === 422 ? "编号或验证码的格式不对,请照证明上的样子填写。" : body.detail, []);
    }
  } catch {
    show("false", "现在连不上服务器,请检查网络后再试。", []);
  } finally {
    at("verify").disabled = false;
  }
}

at("form").addEventListener("submit", (event) => {
  event.preventDefault();
  verify();
});

function fromAddress() {
  const [number, code] = location.hash.slice(1).split(".");
  if (!number || !code) return;
  at("number").value = number;
  at("code").value = code;
  verify();
}

addEventListener("hashchange", fromAddress);
fromAddress();
