//! Pages over the whole house, without a browser: what a browser sends and gets when it runs no script.

mod show;
