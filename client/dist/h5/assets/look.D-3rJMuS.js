const e={pending:"",accepted:"good",refused:"bad",ended:"plain"};export{e as l};
