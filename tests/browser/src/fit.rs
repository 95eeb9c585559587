//! Whether a page fits its screen.

use crate::{Browser, Result};

/// Everything that is wider than the screen and cannot be scrolled within something narrower.
const SIDEWAYS: &str = "(() => {
  const root = document.scrollingElement, wide = root.clientWidth, wrong = [];
  if (root.scrollWidth > wide) wrong.push(`the page is ${root.scrollWidth} px wide on a screen of ${wide}`);
  const scrolled = element => {
    for (let at = element.parentElement; at && at !== root && at !== document.body; at = at.parentElement)
      if (getComputedStyle(at).overflowX !== 'visible') return true;
    return false;
  };
  for (const element of document.body.querySelectorAll('*')) {
    const box = element.getBoundingClientRect(), style = getComputedStyle(element);
    if (!box.width || !box.height || !element.checkVisibility({visibilityProperty: true})) continue;
    if (style.position === 'fixed') continue;
    if (box.right > wide + 1 && box.left < wide && !scrolled(element))
      wrong.push(`<${element.localName} class=\"${element.getAttribute('class') ?? ''}\"> ends at ${Math.round(box.right)} px`);
    const cut = style.overflowX === 'hidden' && style.textOverflow !== 'ellipsis' && element.scrollWidth > element.clientWidth + 1;
    if (cut && box.width > 4 && element.innerText?.trim())
      wrong.push(`<${element.localName} class=\"${element.getAttribute('class') ?? ''}\"> is cut off: ${element.innerText.trim().slice(0, 40)}`);
  }
  return wrong.slice(0, 10);
})()";

/// What does not fit; nothing if all is well.
pub async fn misfits(browser: &Browser) -> Result<Vec<String>> {
    let found = browser.value(SIDEWAYS).await?;
    let found = found.as_array().ok_or("no list")?;
    Ok(found.iter().filter_map(|line| line.as_str().map(str::to_owned)).collect())
}
