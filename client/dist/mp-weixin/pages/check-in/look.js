"use strict";exports.look={pending:"",accepted:"good",refused:"bad",ended:"plain"};
