"""What does not fit in the window."""

# What is to the right of the window, and the lists that scroll sideways.
BEYOND = """() => {
    // An entry may open a dialog instead.
    const tab = document.querySelector('.modal.in') ||
        document.querySelector('#tabcontent > .tab-pane.active');
    const beyond = e => e.getBoundingClientRect().width &&
        e.getBoundingClientRect().right > innerWidth;
    return [
        ...[...tab.querySelectorAll('.form input, .form label, .form button')]
            .filter(e => e.offsetParent && beyond(e))
            .map(e => e.innerText || e.value),
        ...[...tab.querySelectorAll('.treeview')]
            .filter(e => e.offsetParent && e.scrollWidth > e.clientWidth + 8)
            .map(e => e.innerText.slice(0, 80)),
        ]}"""
