// Says so when a passkey was not used, and prints recovery codes.
(function () {
  document.addEventListener('allauth.error', function (event) {
    var problem = document.getElementById('key-problem')
    if (!problem) return
    event.preventDefault()
    problem.hidden = false
  })
  document.addEventListener('DOMContentLoaded', function () {
    var button = document.getElementById('print-codes')
    if (!button) return
    button.hidden = false
    button.addEventListener('click', function () { window.print() })
  })
})()
