/* Filters the rows of a table. Without this script the form stays hidden and every row is shown. */
(function () {
  "use strict";

  function start(form) {
    var table = document.getElementById(form.dataset.table);
    if (!table) { return; }
    var rows = Array.prototype.slice.call(table.querySelectorAll("tbody tr[data-text]"));
    var groups = Array.prototype.slice.call(table.querySelectorAll("tbody tr.group"));
    var heads = Array.prototype.slice.call(table.querySelectorAll("thead [data-column]"));
    var sections = Array.prototype.slice.call(table.querySelectorAll("thead [data-section]"));
    var spans = sections.map(function (cell) { return cell.colSpan; });
    var count = form.querySelector(".count");

    function value(name) {
      var field = form.elements[name];
      return field ? field.value.trim().toLowerCase() : "";
    }

    function columns() {
      var chosen = form.elements.column ? form.elements.column.value : "";
      return chosen ? chosen.split(" ") : null;
    }

    function showHeads(wanted) {
      var at = 0;
      heads.forEach(function (cell) { cell.hidden = !!wanted && wanted.indexOf(cell.dataset.column) < 0; });
      sections.forEach(function (cell, i) {
        var own = heads.slice(at, at + spans[i]).filter(function (head) { return !head.hidden; });
        at += spans[i];
        cell.hidden = own.length === 0;
        cell.colSpan = Math.max(own.length, 1);
      });
    }

    function showRow(row, text, state, wanted) {
      var found = false;
      Array.prototype.forEach.call(row.querySelectorAll("[data-states]"), function (cell) {
        var column = cell.dataset.column;
        var off = !!wanted && wanted.indexOf(column) < 0;
        var match = !off && (!state || cell.dataset.states.split(" ").indexOf(state) >= 0);
        if (heads.length) { cell.hidden = off; }
        cell.classList.toggle("off", !match);
        found = found || match;
      });
      row.hidden = !found || (!!text && row.dataset.text.indexOf(text) < 0);
    }

    function apply() {
      var text = value("text"), state = form.elements.state.value, wanted = columns();
      showHeads(wanted);
      rows.forEach(function (row) { showRow(row, text, state, wanted); });
      groups.forEach(function (group) {
        group.hidden = rows.every(function (row) { return row.hidden || row.parentNode !== group.parentNode; });
      });
      var shown = rows.filter(function (row) { return !row.hidden; }).length;
      count.textContent = shown + " of " + rows.length + " " + form.dataset.what + " shown";
    }

    form.hidden = false;
    form.addEventListener("input", apply);
    form.addEventListener("change", apply);
    form.addEventListener("submit", function (event) { event.preventDefault(); });
    form.addEventListener("reset", function () { window.setTimeout(apply, 0); });
    apply();
  }

  Array.prototype.forEach.call(document.querySelectorAll("form.filter"), start);
}());
