use serde::{Deserialize, Serialize};

/// Who acts. Rights by jurisdiction are the business of `app`; here role, level and line decide.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Actor {
    /// The account: what makes two people different people.
    pub person: String,
    pub name: String,
    pub role: String,
    pub level: String,
    pub line: String,
    /// Where they answer for things: the beginning of a division code, or a school's code.
    pub unit: String,
}

/// Whoever answers for a case: a role, and once somebody has taken it, a person.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Party {
    pub role: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub person: Option<String>,
}

/// Which actors are meant: those of a role, or those of a level or line.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(untagged)]
pub enum Who {
    Role(String),
    Any(AnyOf),
}

/// What is left out does not matter.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct AnyOf {
    pub role: Option<String>,
    pub level: Option<String>,
    pub line: Option<String>,
}

/// The table of roles, levels and lines, `roles.toml`.
#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Roles {
    #[serde(default, rename = "line")]
    pub lines: Vec<Named>,
    #[serde(default, rename = "level")]
    pub levels: Vec<Named>,
    #[serde(default, rename = "role")]
    pub roles: Vec<Role>,
}

#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Named {
    pub id: String,
    pub title: String,
    pub title_en: String,
}

#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Role {
    pub id: String,
    pub title: String,
    pub title_en: String,
    pub level: String,
    pub line: String,
}

impl Who {
    pub fn is(&self, actor: &Actor) -> bool {
        match self {
            Who::Role(role) => *role == actor.role,
            Who::Any(any) => {
                let fits = |asked: &Option<String>, is: &String| asked.as_ref().is_none_or(|asked| asked == is);
                fits(&any.role, &actor.role) && fits(&any.level, &actor.level) && fits(&any.line, &actor.line)
            }
        }
    }
}

impl Who {
    /// Whether a role is among those meant.
    pub fn means(&self, role: &Role) -> bool {
        match self {
            Who::Role(id) => *id == role.id,
            Who::Any(any) => {
                let fits = |asked: &Option<String>, is: &String| asked.as_ref().is_none_or(|asked| asked == is);
                fits(&any.role, &role.id) && fits(&any.level, &role.level) && fits(&any.line, &role.line)
            }
        }
    }
}

impl Roles {
    pub fn role(&self, id: &str) -> Option<&Role> {
        self.roles.iter().find(|role| role.id == id)
    }

    /// A later table's entries stand in the place of those of the same id.
    pub fn merge(&mut self, later: Roles) {
        self.lines.retain(|known| later.lines.iter().all(|new| new.id != known.id));
        self.levels.retain(|known| later.levels.iter().all(|new| new.id != known.id));
        self.roles.retain(|known| later.roles.iter().all(|new| new.id != known.id));
        self.lines.extend(later.lines);
        self.levels.extend(later.levels);
        self.roles.extend(later.roles);
    }

    /// The words for whoever is meant; an unknown role keeps its id.
    pub fn words(&self, who: &[Who]) -> facts::Text {
        let one = |who: &Who| {
            let title = |list: &[Named], id: &str| match list.iter().find(|named| named.id == id) {
                Some(named) => facts::Text::new(named.title.clone(), named.title_en.clone()),
                None => facts::Text::new(id, id),
            };
            match who {
                Who::Role(id) => self.title(id),
                Who::Any(any) => {
                    let parts = [
                        any.line.as_ref().map(|id| title(&self.lines, id)),
                        any.level.as_ref().map(|id| title(&self.levels, id)),
                        any.role.as_ref().map(|id| self.title(id)),
                    ];
                    let parts: Vec<facts::Text> = parts.into_iter().flatten().collect();
                    facts::Text::new(join(&parts, |t| &t.zh, "·"), join(&parts, |t| &t.en, " "))
                }
            }
        };
        let all: Vec<facts::Text> = who.iter().map(one).collect();
        facts::Text::new(join(&all, |t| &t.zh, "、"), join(&all, |t| &t.en, ", "))
    }

    pub fn title(&self, role: &str) -> facts::Text {
        match self.role(role) {
            Some(role) => facts::Text::new(role.title.clone(), role.title_en.clone()),
            None => facts::Text::new(role, role),
        }
    }
}

fn join(texts: &[facts::Text], of: fn(&facts::Text) -> &String, between: &str) -> String {
    texts.iter().map(|text| of(text).as_str()).collect::<Vec<_>>().join(between)
}
