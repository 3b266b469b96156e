import{v as n}from"./index-CMhPbOga.js";const a=n(null);function e(n){a.value=n}const l=n=>{var e;return(null==(e=a.value)?void 0:e.id)===n?a.value.name:"这位居民"};export{e,l as n};
